// Why a deployment does not get on: in one place, so that verdict, annotation, summary and record say the same. Pure.
import { sentence } from '../../../../toolkit/text/sentence.ts'
import { targetGroupName } from '../aws/short-names.ts'
import type { FollowedDeployment } from '../observe/deployment.ts'
import type { Observation } from '../observe/model.ts'
import type { Stop } from '../observe/stopped-task.ts'
import { type FailedCheck, failedChecks } from './health-checks.ts'
import type { Memory } from './memory.ts'

/** Why a deployment does not get on. */
export interface Cause {
  /** Part of a sentence, such as `3 × app exited with code 1`. */
  readonly text: string
  /** What ECS says it cannot do. */
  readonly event?: string
  /** Why its tasks stopped. */
  readonly stop?: Stop
  /** The health check that its targets or tasks fail. */
  readonly check?: FailedCheck
  readonly alarms?: readonly string[]
}

/** What ECS cannot do, else why most tasks failed, else which health check fails; `undefined` where none of it is known. */
export function causeOf(followed: FollowedDeployment, latest: Observation, memory: Memory): Cause | undefined {
  const { blockedBy: event } = memory
  if (event !== undefined) return { event, text: `ECS ${event}` }
  const checks = failedChecks(followed, latest, memory.healthChecks)
  const [most] = causesOfStops([...memory.failures.values()], checks)
  if (most !== undefined) return { ...most, text: `${most.count} × ${most.text}` }
  const [check] = checks
  return check === undefined ? undefined : { check, text: check.text }
}

/** A reason why tasks stopped, and how many did. */
export interface StopCause extends Cause {
  readonly stop: Stop
  readonly count: number
}

/** Why tasks stopped, the most frequent reason first. */
export function causesOfStops(stops: readonly Stop[], checks: readonly FailedCheck[]): readonly StopCause[] {
  const causes = stops.map((stop) => {
    const check = checkOf(stop, checks)
    return { stop, text: textOf(stop, checks), ...(check === undefined ? {} : { check }) }
  })
  const groups = Map.groupBy(causes, ({ text }) => text)
  return [...groups.values()]
    .flatMap((group) => (group[0] === undefined ? [] : [{ ...group[0], count: group.length }]))
    .toSorted((a, b) => b.count - a.count)
}

/** Why a task stopped: the health check that it failed, with what that got, or else AWS's reason. */
export const textOf = (stop: Stop, checks: readonly FailedCheck[]): string =>
  checkOf(stop, checks)?.text ?? describeStop(stop)

/** The health check that a task was stopped for. */
export function checkOf({ kind, reason }: Stop, checks: readonly FailedCheck[]): FailedCheck | undefined {
  const group = /target[ -]group (\S+?)\)?$/.exec(reason)?.[1]
  if (kind !== 'health-check' || group === undefined) return undefined
  return checks.find(({ targetGroup }) => targetGroup === targetGroupName(group))
}

/** `app exited with code 1`, or AWS's reason. */
export function describeStop({ reason, exitCode, container }: Stop): string {
  const how = exitCode === undefined ? '' : `${container} exited with code ${exitCode}`
  const words = reason.replace(/\.$/, '')
  if (how === '' || /exited with/.test(words)) return words
  return /^Essential container in task exited/.test(words) ? how : `${words} (${how})`
}

/** What ECS did with a deployment, and why. */
interface EndedByEcs {
  /** ECS's words. They name the mechanism: the circuit breaker, an alarm, a user. */
  readonly said: string
  readonly cause?: Cause
}

/** Why ECS ended a deployment. ECS says of its circuit breaker only that it tripped: the cause is what the tasks show. */
export function whyEnded(
  followed: FollowedDeployment,
  latest: Observation,
  memory: Memory,
  { said, alarms = [] }: { readonly said: string; readonly alarms?: readonly string[] },
): EndedByEcs {
  const cause =
    alarms.length > 0
      ? { alarms, text: `${alarms.length === 1 ? 'alarm' : 'alarms'} ${alarms.join(', ')} went off` }
      : isBreaker(said)
        ? causeOf(followed, latest, memory)
        : undefined
  return { said, ...(cause === undefined ? {} : { cause }) }
}

/** `did`: what ECS did, such as `stopped the deployment`. The mechanism is named once. */
export function ecsDid(did: string, { said, cause }: EndedByEcs): { readonly reason: string; readonly cause?: Cause } {
  if (cause === undefined) return { reason: [`ECS ${did}.`, sentence(said)].filter(Boolean).join(' ') }
  const who = isBreaker(said) ? "ECS's circuit breaker" : 'ECS'
  return { reason: sentence(`${who} ${did}: ${cause.text}`), cause }
}

const isBreaker = (said: string) => /circuit breaker/i.test(said)
