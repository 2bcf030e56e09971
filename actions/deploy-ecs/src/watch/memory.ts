import { type FollowedDeployment, newerPrimary, ownDeployment, provenBefore } from '../observe/deployment.ts'
import { ecsRollback } from '../observe/ecs-rollback.ts'
import type { Observation, ObservedDeployment, ObservedTarget, ObservedTask } from '../observe/model.ts'
import { notHealthy } from '../observe/progress.ts'
import { failureOf, type Stop } from '../observe/stopped-task.ts'
import { liveTasks } from '../observe/task-health.ts'
import { blockingEvent } from './blocking-event.ts'
import type { HealthChecks } from './health-checks.ts'

/** What earlier looks showed and later ones may not show again. Its size is bounded by the tasks of one deployment. */
export interface Memory {
  /** How many looks in a row found no service. */
  readonly missing: number
  /** ECS's reason for each deployment that is a rollback of ours, by deployment id. */
  readonly rollbacks: ReadonlyMap<string, string>
  /** Tasks of ours that failed, by ARN. */
  readonly failures: ReadonlyMap<string, Stop>
  /** When each task of ours was first seen RUNNING, by our clock; for one that ran before, when ECS started it. */
  readonly runningSince: ReadonlyMap<string, number>
  /** Targets that have been healthy, of the current tasks. */
  readonly healthyTargets: ReadonlySet<string>
  /** When all tasks were healthy for the first time since the last relapse, by our clock. */
  readonly healthySince?: number
  /** Whether a task failed or turned unhealthy after all were healthy. */
  readonly relapsed: boolean
  /** What ECS last said it cannot do for our deployment; a rollback's events do not undo it. */
  readonly blockedBy?: string
  /** The health checks of the service's target groups. Read once a target fails one. */
  readonly healthChecks: HealthChecks
}

export const NOTHING_YET: Memory = {
  missing: 0,
  rollbacks: new Map(),
  failures: new Map(),
  runningSince: new Map(),
  healthyTargets: new Set(),
  relapsed: false,
  healthChecks: new Map(),
}

/** Adds a look to memory. */
export function remember(memory: Memory, followed: FollowedDeployment, latest: Observation): Memory {
  const own = ownDeployment(followed, latest.service)
  const healthy = own !== undefined && notHealthy(followed, own, latest).length === 0
  const failures = rememberFailures(memory, followed, latest)
  const relapses = memory.healthySince !== undefined && isRelapse(memory, failures, latest)
  const before = relapses ? undefined : memory.healthySince
  const blockedBy = own?.status === 'PRIMARY' ? blockingEvent(followed, latest) : memory.blockedBy
  const since = healthy ? (before ?? latest.at) : before
  return {
    missing: latest.service === undefined ? memory.missing + 1 : 0,
    rollbacks: rememberRollback(memory, followed, latest),
    failures,
    runningSince: rememberRunning(memory, followed, latest),
    healthyTargets: rememberTargets(memory, latest),
    relapsed: memory.relapsed || relapses,
    healthChecks: memory.healthChecks,
    ...(since === undefined ? {} : { healthySince: since }),
    ...(blockedBy === undefined ? {} : { blockedBy }),
  }
}

/** ECS shows the reason of a rollback only until it is complete, and its events only for a while. */
function rememberRollback(
  { rollbacks }: Memory,
  followed: FollowedDeployment,
  { service, serviceDeployment }: Observation,
): Memory['rollbacks'] {
  const rollback = ecsRollback(followed, {
    rollbacks,
    ...(service === undefined ? {} : { service }),
    ...(serviceDeployment === undefined ? {} : { serviceDeployment }),
  })
  if (rollback === undefined || rollbacks.has(rollback.deployment.id)) return rollbacks
  return new Map([...rollbacks, [rollback.deployment.id, rollback.reason]])
}

/** The PRIMARY deployment, if it is a rollback of ours. */
export function rememberedRollback(
  { rollbacks }: Memory,
  followed: FollowedDeployment,
  { service }: Observation,
): ObservedDeployment | undefined {
  const primary = newerPrimary(followed, service?.deployments ?? [])
  return primary !== undefined && rollbacks.has(primary.id) ? primary : undefined
}

function rememberFailures(
  memory: Memory,
  followed: FollowedDeployment,
  { tasks = [] }: Observation,
): Memory['failures'] {
  if (provenBefore(followed)) return memory.failures
  const failed = tasks.flatMap((task) => {
    const stop = failureOf(task)
    return stop === undefined ? [] : [[task.arn, stop] as const]
  })
  return failed.length === 0 ? memory.failures : new Map([...memory.failures, ...failed])
}

/**
 * Whether a task of a healthy revision failed or turned unhealthy. A task that is still starting is no relapse: during the
 * bake, autoscaling adds tasks, and ECS replaces those that Spot or an unavailable zone has ended.
 */
function isRelapse(memory: Memory, failures: Memory['failures'], { tasks = [], targets = [] }: Observation): boolean {
  return (
    failures.size > memory.failures.size ||
    liveTasks(tasks).some(({ healthStatus }) => healthStatus === 'UNHEALTHY') ||
    targets.some((target) => target.state === 'unhealthy' && memory.healthyTargets.has(keyOf(target)))
  )
}

function rememberTargets({ healthyTargets }: Memory, { targets }: Observation): Memory['healthyTargets'] {
  if (targets === undefined) return healthyTargets
  const healthy = targets.filter((target) => target.state === 'healthy' || healthyTargets.has(keyOf(target)))
  return new Set(healthy.map(keyOf))
}

const keyOf = ({ targetGroupArn, taskArn }: ObservedTarget) => `${targetGroupArn} ${taskArn}`

function rememberRunning(
  memory: Memory,
  followed: FollowedDeployment,
  { at, tasks }: Observation,
): Memory['runningSince'] {
  if (tasks === undefined) return memory.runningSince
  const running = liveTasks(tasks).filter(({ lastStatus }) => lastStatus === 'RUNNING')
  return new Map(running.map((task) => [task.arn, memory.runningSince.get(task.arn) ?? sinceWhen(task, followed, at)]))
}

/** A task that ran before this deploy is running since ECS started it, not since the first look. */
const sinceWhen = (
  { createdAt, startedAt = Number.POSITIVE_INFINITY }: ObservedTask,
  followed: FollowedDeployment,
  at: number,
): number => (followed.isNew && createdAt >= followed.createdAt ? at : Math.min(at, startedAt))
