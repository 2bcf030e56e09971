import { targetGroupName } from '../aws/short-names.ts'
import type { ObservedContainer, ObservedTask } from './model.ts'

/** Why a task stopped. */
export type StopKind =
  | 'image'
  | 'initialisation'
  | 'out-of-memory'
  | 'exited'
  | 'health-check'
  | 'not-started'
  | 'interrupted'
  | 'scaled-in'

export interface Stop {
  readonly kind: StopKind
  /** Whether the revision is to blame. */
  readonly failure: boolean
  /** Whether another task would fail for the same reason. */
  readonly certain: boolean
  /** Whether that holds for every instance: an image or a secret exists for all of them, or for none. */
  readonly everywhere: boolean
  /** ARN of its container instance; absent on Fargate. */
  readonly instance?: string
  /** AWS's message, without ids that differ from task to task. */
  readonly reason: string
  readonly exitCode?: number
  /** The container that caused the stop, where it is known. */
  readonly container?: string
}

const CERTAIN =
  /not found|does not exist|manifest unknown|no match for platform|exec format|repository .* not exist|access ?denied|not authorized|unauthori[sz]ed|no basic auth|ResourceNotFound|InvalidParameter|unable to find user/i

const IMAGE_IS_NOT_THERE = /not found|does not exist|manifest unknown|repository .* not exist/i
const SECRET = /secret|parameter|\bssm\b|\basm\b/i

/** Why a task has stopped or is stopping; `undefined` for a task that is not. */
export function judgeStop(task: ObservedTask): Stop | undefined {
  const { stopCode, stoppedReason, lastStatus } = task
  if (stopCode === undefined && stoppedReason === undefined && lastStatus !== 'STOPPED') return undefined
  const guilty = failedDependency(task) ?? guiltyContainer(task)
  const reason = plain(
    guilty?.reason !== undefined && !/essential/i.test(guilty.reason)
      ? guilty.reason
      : (stoppedReason ?? stopCode ?? 'stopped'),
  )
  const text = `${stoppedReason ?? ''} ${task.containers.map((container) => container.reason ?? '').join(' ')}`
  const kind = kindOf(stopCode, text, guilty?.exitCode)
  const certain = (kind === 'image' || kind === 'initialisation' || kind === 'not-started') && CERTAIN.test(text)
  const { containerInstanceArn: instance } = task
  return {
    kind,
    failure: kind !== 'interrupted' && kind !== 'scaled-in',
    certain,
    everywhere:
      certain &&
      ((kind === 'image' && IMAGE_IS_NOT_THERE.test(text)) || (kind === 'initialisation' && SECRET.test(text))),
    reason,
    ...(instance === undefined ? {} : { instance }),
    // After a failed health check ECS ends every container: which code that gives says nothing.
    ...(guilty?.exitCode === undefined || kind === 'health-check' ? {} : { exitCode: guilty.exitCode }),
    ...(guilty === undefined || kind === 'health-check' ? {} : { container: guilty.name }),
  }
}

/** The stop of a task that its revision is to blame for; `undefined` for every other task. */
export function failureOf(task: ObservedTask): Stop | undefined {
  const stop = judgeStop(task)
  return stop?.failure ? stop : undefined
}

function kindOf(stopCode: string | undefined, text: string, exitCode: number | undefined): StopKind {
  if (/CannotPull|ImagePull|pull image manifest/i.test(text)) return 'image'
  if (/ResourceInitializationError/.test(text)) return 'initialisation'
  if (/OutOfMemory/i.test(text)) return 'out-of-memory'
  if (stopCode === 'ServiceSchedulerInitiated' || /health ?checks?/i.test(text)) {
    return /health/i.test(text) ? 'health-check' : 'scaled-in'
  }
  if (INTERRUPTIONS.has(stopCode ?? '')) return 'interrupted'
  if (DEPENDENCY.test(text)) return 'exited'
  if (stopCode === 'TaskFailedToStart') return 'not-started'
  return exitCode === 137 && /memory/i.test(text) ? 'out-of-memory' : 'exited'
}

const INTERRUPTIONS = new Set(['SpotInterruption', 'TerminationNotice', 'UserInitiated', 'InfrastructureHealth'])

const DEPENDENCY = /DependencyError: container (\S+) exited with \[(\d+)\]/

/** The container that ended before others that depend on it could start, with their reason. */
function failedDependency({ containers }: ObservedTask): ObservedContainer | undefined {
  const reason = containers.map((one) => one.reason).find((text) => text !== undefined && DEPENDENCY.test(text))
  const [, name, code] = DEPENDENCY.exec(reason ?? '') ?? []
  const known = containers.find((one) => one.name === name)
  return known === undefined || reason === undefined ? undefined : { ...known, reason, exitCode: Number(code) }
}

/**
 * The container that caused the stop: one with a reason, else one that failed, else one that was killed, else one that ended.
 * ECS stops all other containers after an essential one, by SIGTERM first, so exit code 143 is the last to blame.
 */
function guiltyContainer({ containers }: ObservedTask): ObservedContainer | undefined {
  const ended = (wanted: (code: number) => boolean) =>
    containers.find(({ exitCode }) => exitCode !== undefined && wanted(exitCode))
  return (
    containers.find(({ reason }) => reason !== undefined && reason !== '') ??
    ended((code) => !ENDED_BY_ECS.has(code)) ??
    ended((code) => code === 137) ??
    ended((code) => code === 0) ??
    ended(() => true)
  )
}

/** Exit codes of a container that ECS stops: it ends by itself, by SIGKILL, or by SIGTERM. */
export const ENDED_BY_ECS: ReadonlySet<number> = new Set([0, 137, 143])

/** Replaces ids and addresses, which differ from task to task, so that tasks can be grouped by reason. */
const plain = (reason: string): string =>
  reason
    .replace(/\b[0-9a-f]{32}\b/g, '…')
    .replace(/\b(?:\d{1,3}\.){3}\d{1,3}\b(:\d+)?/g, '…')
    .replace(/\(target-group (arn:[^)\s]+)\)/g, (_, arn) => `target group ${targetGroupName(arn)}`)
    .replace(/\beni-[0-9a-f]+\b/g, 'eni-…')
    .replace(/\brequest id: [\w-]+/gi, 'request id: …')
    .trim()
