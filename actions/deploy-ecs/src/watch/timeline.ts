import { type FollowedDeployment, ownDeployment } from '../observe/deployment.ts'
import type { Observation } from '../observe/model.ts'
import { healthyCount } from '../observe/task-health.ts'

/** Counts of tasks at one moment, by our clock. */
export interface Sample {
  readonly at: number
  /** Tasks of our deployment that run. */
  readonly fresh: number
  /** Tasks of all other deployments that run. */
  readonly old: number
  /** Tasks of ours that are healthy, in every target group. */
  readonly healthy: number
}

/** Samples in order of time. Each differs from the one before. */
export type Timeline = readonly Sample[]

/** The most samples; a chart with more cannot be read. */
const MOST = 120

/** Adds a sample if it differs from the last one. A timeline that is full drops every other sample. */
export function addSample(timeline: Timeline, followed: FollowedDeployment, seen: Observation): Timeline {
  const { service, at } = seen
  if (service === undefined) return timeline
  const last = timeline.at(-1)
  const own = ownDeployment(followed, service)
  const fresh = own?.runningCount ?? 0
  const all = service.deployments.reduce((sum, { runningCount }) => sum + runningCount, 0)
  const healthy = seen.tasks === undefined ? Math.min(last?.healthy ?? 0, fresh) : healthyCount(seen)
  if (last?.fresh === fresh && last.old === all - fresh && last.healthy === healthy) return timeline
  const kept = timeline.length < MOST ? timeline : timeline.filter((_, index) => index % 2 === 0)
  return [...kept, { at, fresh, old: all - fresh, healthy }]
}
