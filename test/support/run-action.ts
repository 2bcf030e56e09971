// Runs an action as the runner does: a process of its own, inputs as environment, files for outputs, state and summary.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { actionInputs } from './action-inputs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The committed bundle, which is what users get. */
export const bundle = (action: string): string => join(root, 'actions', action, 'dist/index.js')
/** Its source, which Node runs as it is; or its bundle, where `script/test` has just made that from the source. */
export const source = (action: string): string =>
  process.env['SLIPWAY_STEPS'] === 'bundles' ? bundle(action) : join(root, 'actions', action, 'src/index.ts')

export interface StepOptions {
  readonly inputs: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** `post` runs the action's post step; give it the `state` that main left. */
  readonly phase?: 'main' | 'post'
  readonly state?: Readonly<Record<string, string>>
}

export interface StepResult {
  readonly code: number | null
  readonly killedBy: NodeJS.Signals | null
  /** All that was printed, both streams as they came. */
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

export interface Step {
  readonly child: ChildProcess
  readonly ended: Promise<StepResult>
  /** What was printed so far. */
  log(): string
}

/** Starts an action's step. `entry` is `bundle(name)` or `source(name)`. */
export function startStep(entry: string, options: StepOptions): Step {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-step-'))
  const file = (name: string) => join(folder, name)
  for (const name of ['output', 'state', 'summary']) writeFileSync(file(name), '')
  const child = spawn(process.execPath, [entry, ...(options.phase === 'post' ? ['post'] : [])], {
    env: {
      ...process.env,
      GITHUB_OUTPUT: file('output'),
      GITHUB_STATE: file('state'),
      GITHUB_STEP_SUMMARY: file('summary'),
      // Without it, actions leave their files in the current folder, which is the repository.
      RUNNER_TEMP: folder,
      ...actionInputs(actionOf(entry), options.inputs, options.env?.['GITHUB_SHA'] ?? process.env['GITHUB_SHA']),
      ...states(options.state ?? {}),
      ...options.env,
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text
    })
  }
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
  const ended = new Promise<StepResult>((resolve) => {
    child.on('close', (code, killedBy) => {
      const result = {
        code,
        killedBy,
        log,
        outputs: pairs(read('output')),
        state: pairs(read('state')),
        summary: read('summary'),
      }
      rmSync(folder, { recursive: true, force: true })
      resolve(result)
    })
  })
  return { child, ended, log: () => log }
}

/** Runs an action's step to its end. */
export const runStep = (entry: string, options: StepOptions): Promise<StepResult> => startStep(entry, options).ended

/** The action that an entry, its source or its bundle, is of. */
const actionOf = (entry: string) => basename(dirname(dirname(entry)))

/** Saved state, by the names that it was saved with. */
const states = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`STATE_${name}`, value]))

/** Reads `name<<delimiter … delimiter`, the format of the runner's files. */
function pairs(text: string): Record<string, string> {
  const found = text.matchAll(/^(.*?)<<(ghadelimiter_\S+)\r?\n([\s\S]*?)\r?\n\2$/gm)
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value]))
}
