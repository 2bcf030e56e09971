// The only reader of this action's inputs.

import { readAccountId } from '../../../../toolkit/aws/account.ts'
import { readRegion } from '../../../../toolkit/aws/region.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { type IdleInputs, idleInputs } from '../../../../toolkit/idle-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { nameOf, parseClusterName, parseServiceName, type ServiceName } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import { readCommandLine } from './command-line.ts'
import { commentLines } from './comment-lines.ts'
import { DEFAULT_WORDS } from './default-words.ts'
import { DEPENDENT_INPUTS } from './dependent-inputs.ts'
import { PEER_INPUTS, PEER_SETTINGS } from './peer-inputs.ts'
import { CHANGE_INPUTS, readTaskDefinitionChanges, type TaskDefinitionChanges } from './task-definition-changes.ts'
import { readTaskDefinitionSource, SOURCE_INPUTS, type TaskDefinitionSource } from './task-definition-source.ts'

/** Settings of the service to change. A member that is absent is not sent, so the setting stays. */
export interface ServiceChanges {
  readonly desiredCount?: number
  /** Whether `desiredCount` may be less than the service has. Default: unless autoscaling sets the count. */
  readonly scaleIn?: boolean
  /** The bounds within which autoscaling sets the count of a service, where it does. No input has them. */
  readonly scaling?: ScalingBounds
  readonly forceNewDeployment?: boolean
  readonly circuitBreaker?: 'rollback' | 'stop' | 'disabled'
  readonly alarms?: readonly string[]
}

/** The numbers of tasks between which autoscaling sets the count of a service. */
export interface ScalingBounds {
  readonly min: number
  readonly max: number
}

/** When a deploy counts as done. */
export type WaitFor = 'none' | 'started' | 'healthy' | 'bake'

/** `before-deploy-command`: a task of the new revision that runs before any service is updated. */
export interface BeforeDeploy {
  readonly command: readonly string[]
  readonly container?: string
  readonly timeoutMs: number
}

/** The validated inputs. Durations are in milliseconds. */
export interface Inputs {
  readonly command: 'deploy' | 'verify' | 'rollback'
  readonly dryRun: boolean
  /** Whether a dry run shows values of variables, labels, options and commands. */
  readonly showValues: boolean
  readonly region?: string
  readonly expectedAccountId?: string
  /** The environment in the deploy record and in Datadog's tags. */
  readonly environment?: string
  readonly services: readonly ServiceName[]
  readonly taskDefinitionSource: TaskDefinitionSource
  readonly taskDefinitionChanges: TaskDefinitionChanges
  /** Inputs that are given and do nothing. */
  readonly idle: readonly IdleInputs[]
  /** Sentences about lines that set nothing. */
  readonly commentLines: readonly string[]
  /** What to do about members of a task definition that a new revision would lose. */
  readonly unknownMembers: 'warn' | 'refuse'
  readonly serviceChanges: ServiceChanges
  readonly beforeDeploy?: BeforeDeploy
  readonly waitFor: WaitFor
  readonly bakeMs: number
  readonly timeoutMs: number
  /** The input that has the time-out. */
  readonly timeoutInput: 'timeout' | 'wait-for-minutes'
  /** After how many failed tasks of the deployment it has failed. Default: by the size of the service. */
  readonly maxFailedTasks?: number
  readonly onConflict: 'fail' | 'wait' | 'supersede'
  readonly onFailure: 'rollback' | 'stop' | 'leave'
  readonly onCancel: 'rollback' | 'leave'
  /** The revision to roll back to. Default: the next older one that was healthy. */
  readonly rollbackTo?: string
  /** The revision to roll back from. A service that runs another one is not rolled back. */
  readonly rollbackFrom?: string
  readonly recordFile?: string
  readonly showContainerLogs: ShowContainerLogs
}

/** Where lines of container logs are shown: in the step log and the job summary, in the step log alone, or nowhere. */
export type ShowContainerLogs = 'summary' | 'log' | 'never'

const MINUTE = 60_000

/** Reads and checks every input. @throws InputError for the first that is wrong. */
export function readInputs(env: Environment): Inputs {
  const reader = new InputReader(env, DEFAULT_WORDS)
  reader.refuse(PEER_INPUTS)
  reader.refuse(PEER_SETTINGS, [])
  const command = readCommand(reader)
  if (command === 'rollback') refuseDeployInputs(reader)
  const region = readRegion(reader)
  const expectedAccountId = readAccountId(reader)
  const environment = reader.text('environment')
  const recordFile = reader.text('record-file')
  const rollbackTo = readRevision(reader, 'rollback-to', command)
  const rollbackFrom = readRevision(reader, 'rollback-from', command)
  const beforeDeploy = readBeforeDeploy(reader)
  const maxFailedTasks = reader.integer('max-failed-tasks', { min: 1, max: 1000 })
  const inputs = {
    command,
    dryRun: reader.flag('dry-run', false),
    showValues: reader.flag('show-values', false),
    ...(region === undefined ? {} : { region }),
    ...(expectedAccountId === undefined ? {} : { expectedAccountId }),
    ...(environment === undefined ? {} : { environment }),
    services: readServices(reader),
    taskDefinitionSource: readTaskDefinitionSource(reader),
    taskDefinitionChanges: readTaskDefinitionChanges(reader),
    commentLines: commentLines(reader),
    unknownMembers: reader.choice('unknown-members', ['warn', 'refuse'], 'warn'),
    serviceChanges: readServiceChanges(reader),
    ...(beforeDeploy === undefined ? {} : { beforeDeploy }),
    ...readWait(reader),
    ...(maxFailedTasks === undefined ? {} : { maxFailedTasks }),
    onConflict: reader.choice('on-conflict', ['fail', 'wait', 'supersede'], 'fail'),
    ...readOnFailureAndOnCancel(reader, command),
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    ...(rollbackFrom === undefined ? {} : { rollbackFrom }),
    ...(recordFile === undefined ? {} : { recordFile }),
    showContainerLogs: reader.choice('show-container-logs', ['summary', 'log', 'never'], 'summary'),
  }
  return { ...inputs, idle: idleInputs(reader, inputs, DEPENDENT_INPUTS) }
}

const COMMANDS = ['deploy', 'verify', 'rollback'] as const

function readCommand(reader: InputReader): Inputs['command'] {
  const value = reader.text('command')
  if (value !== undefined && !COMMANDS.some((command) => command.startsWith(value.toLowerCase()))) {
    throw new InputError('command', `is \`${value}\`, which is none of \`deploy\`, \`verify\`, \`rollback\`.`, {
      hint: "Use one of these. To change the container's command, use `container-command`.",
    })
  }
  return reader.choice('command', COMMANDS, 'deploy')
}

function readServices(reader: InputReader): readonly ServiceName[] {
  const cluster = parseClusterName(reader.text('cluster') ?? 'default')
  const [one, several] = [reader.list('service'), reader.list('services')]
  if (one.length > 0 && several.length > 0) {
    throw new InputError('services', 'is set, and so is `service`.', { hint: 'They mean the same: keep one of them.' })
  }
  const given = several.length > 0 ? 'services' : 'service'
  const services = [...one, ...several].map((item) => parseServiceName(item, cluster, given))
  if (services.length === 0) {
    throw new InputError('service', 'is missing.', {
      hint: 'Name the ECS service under `with:`, for example `service: web`; several as `services: api, worker`.',
    })
  }
  const names = services.map(nameOf)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new InputError(given, `names \`${twice}\` twice.`, { hint: 'Name it once.' })
  return services
}

function readServiceChanges(reader: InputReader): ServiceChanges {
  const desiredCount = reader.integer('desired-count', { min: 0, max: 5000 })
  const circuitBreaker = reader.choice('circuit-breaker', ['keep', 'rollback', 'stop', 'disabled'], 'keep')
  const alarms = reader.list('alarms')
  const scaleIn =
    reader.text('scale-in') === undefined
      ? undefined
      : reader.flag('scale-in', true, 'Write `true`, `false` or `auto`.')
  return {
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(scaleIn === undefined ? {} : { scaleIn }),
    ...(reader.flag('force-new-deployment', false) ? { forceNewDeployment: true } : {}),
    ...(circuitBreaker === 'keep' ? {} : { circuitBreaker }),
    ...(alarms.length === 0 ? {} : { alarms }),
  }
}

/** What to wait for, and for how long. @throws InputError when a healthy deploy could not end in time. */
function readWait(reader: InputReader): Pick<Inputs, 'waitFor' | 'bakeMs' | 'timeoutMs' | 'timeoutInput'> {
  const waitFor = readWaitFor(reader)
  const bakeMs = reader.duration('bake-time', 5 * MINUTE)
  const timeoutMs = readTimeout(reader)
  const timeoutInput = reader.text('wait-for-minutes') === undefined ? 'timeout' : 'wait-for-minutes'
  if (waitFor === 'bake' && bakeMs >= timeoutMs) {
    const [bake, timeout] = [formatDuration(bakeMs), formatDuration(timeoutMs)]
    throw new InputError(
      'bake-time',
      `is ${bake}, which leaves nothing of the \`${timeoutInput}\` of ${timeout} for the rollout itself.`,
      { hint: `Raise \`${timeoutInput}\` to the bake time and what the rollout takes, or lower \`bake-time\`.` },
    )
  }
  return { waitFor, bakeMs, timeoutMs, timeoutInput }
}

/** `wait-for`, or its name in AWS's action: `wait-for-service-stability`. */
function readWaitFor(reader: InputReader): WaitFor {
  const alias = 'wait-for-service-stability'
  if (reader.text(alias) === undefined) {
    return reader.choice('wait-for', ['none', 'started', 'healthy', 'bake'], 'healthy')
  }
  const stable = reader.flag(alias, true)
  if (reader.text('wait-for') !== undefined) {
    throw new InputError(alias, 'is set, and so is `wait-for`.', {
      hint: 'Keep `wait-for`, which has more choices.',
    })
  }
  return stable ? 'healthy' : 'none'
}

/** `timeout`, or its name in AWS's action: `wait-for-minutes`. */
function readTimeout(reader: InputReader): number {
  const minutes = reader.integer('wait-for-minutes', { min: 1, max: 360 })
  if (minutes === undefined) return reader.duration('timeout', 30 * MINUTE)
  if (reader.text('timeout') !== undefined) {
    throw new InputError('wait-for-minutes', 'is set, and so is `timeout`.', { hint: 'Keep `timeout`.' })
  }
  return minutes * MINUTE
}

function readRevision(reader: InputReader, input: string, command: Inputs['command']): string | undefined {
  const value = reader.text(input)
  if (value === undefined) return undefined
  if (command !== 'rollback') {
    throw new InputError(input, 'is set, but `command` is not `rollback`.', {
      hint: `Add \`command: rollback\`, or remove \`${input}\`.`,
    })
  }
  if (!/^(\d+|[\w-]+:\d+)$/.test(revisionName(value))) {
    throw new InputError(input, `is \`${value}\`, which is not a task definition revision.`, {
      hint: 'Write a revision number such as `12`, `web:12`, or the ARN of the revision.',
    })
  }
  return value
}

/** A rollback that fails or is cancelled is not rolled back: that would lead to the revision that it rolls back from. */
function readOnFailureAndOnCancel(
  reader: InputReader,
  command: Inputs['command'],
): Pick<Inputs, 'onFailure' | 'onCancel'> {
  const onFailure = reader.choice('on-failure', ['rollback', 'stop', 'leave'], 'rollback')
  const onCancel = reader.choice('on-cancel', ['rollback', 'leave'], 'rollback')
  return command === 'rollback' ? { onFailure: 'leave', onCancel: 'leave' } : { onFailure, onCancel }
}

/** Inputs that only `command: deploy` and `verify` use. */
const DEPLOY_ONLY = [...CHANGE_INPUTS, ...SOURCE_INPUTS, 'before-deploy-command'] as const

/** @throws InputError for an input that a rollback would ignore: it deploys an old revision unchanged, without a migration. */
function refuseDeployInputs(reader: InputReader): void {
  const input = DEPLOY_ONLY.find((name) => reader.text(name) !== undefined)
  if (input === undefined) return
  throw new InputError(input, 'is set, but `command: rollback` deploys an old revision unchanged.', {
    hint: `Remove \`${input}\`, or use \`command: deploy\`.`,
  })
}

function readBeforeDeploy(reader: InputReader): BeforeDeploy | undefined {
  const command = readCommandLine(reader, 'before-deploy-command')
  const container = reader.text('before-deploy-container')
  const timeoutMs = reader.duration('before-deploy-timeout', 15 * MINUTE)
  if (command !== undefined) return { command, timeoutMs, ...(container === undefined ? {} : { container }) }
  const orphan = ['before-deploy-container', 'before-deploy-timeout'].find((name) => reader.text(name) !== undefined)
  if (orphan === undefined) return undefined
  throw new InputError(orphan, 'is set, but `before-deploy-command` is not.', {
    hint: 'Set `before-deploy-command`, for example `npm run migrate`, or remove this input.',
  })
}
