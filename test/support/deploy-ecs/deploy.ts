import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { main } from '../../../actions/deploy-ecs/src/main.ts'
import { post } from '../../../actions/deploy-ecs/src/post.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { exec } from '../../../toolkit/process/exec.ts'
import { query } from '../../../toolkit/process/query.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { actionInputs } from '../action-inputs.ts'
import type { EcsCloud } from './ecs-cloud.ts'

/** The result of a run of deploy-ecs. */
export interface Deployed {
  readonly outputs: Readonly<Record<string, unknown>>
  readonly state: ReadonlyMap<string, string>
  readonly log: readonly string[]
  readonly summary: string
  /** The error of a red run. */
  readonly error: string | undefined
}

export interface DeployOptions {
  readonly signal?: AbortSignal
  readonly phase?: 'main' | 'post'
  readonly state?: ReadonlyMap<string, string>
  readonly env?: Readonly<Record<string, string>>
  readonly connect?: Connect
  /** Receives saved state at once, for a step that never ends. */
  readonly liveState?: Map<string, string>
}

/** Runs deploy-ecs with real SDK clients against a cloud. */
export async function deploy(
  cloud: Pick<EcsCloud, 'env' | 'actionClock'>,
  inputs: Readonly<Record<string, string>>,
  options: DeployOptions = {},
): Promise<Deployed> {
  const outputs: Record<string, unknown> = {}
  const state = options.liveState ?? new Map(options.state)
  const log: string[] = []
  let summary = ''
  const say = (level: string) => (message: string) => void log.push(level === '' ? message : `${level}: ${message}`)
  // The SDK reads credentials and the endpoint from the process's environment.
  Object.assign(process.env, cloud.env)
  const world: World = {
    env: {
      ...cloud.env,
      RUNNER_TEMP: mkdtempSync(join(tmpdir(), 'deploy-ecs-')),
      GITHUB_SHA: 'abc123',
      GITHUB_RUN_ID: '42',
      ...options.env,
      ...actionInputs('deploy-ecs', { cluster: 'production', service: 'web', ...inputs }),
    },
    clock: cloud.actionClock,
    log: {
      info: say(''),
      debug: say('debug'),
      notice: say('notice'),
      warning: say('warning'),
      error: say('error'),
      group: async (title, task) => {
        log.push(title)
        return task()
      },
      mask: () => {},
    },
    step: {
      output: (name, value) => {
        outputs[name] = value
      },
      saveState: (name, value) => void state.set(name, value),
      state: (name) => state.get(name) ?? '',
      summary: (markdown) => {
        summary += markdown
      },
    },
    exec,
    query,
    signal: options.signal ?? new AbortController().signal,
  }
  let error: string | undefined
  try {
    await (options.phase === 'post' ? post : main)(world, options.connect ?? awsClients)
  } catch (failure) {
    error = describeError(failure)
  }
  return { outputs, state, log, summary, error }
}
