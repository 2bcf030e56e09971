// Decides what the service scheduler starts and stops next. Pure.

/** A task whose desiredStatus is RUNNING. */
export interface Counted {
  readonly healthy: boolean
  /** It was healthy once. Others are stopped at once when they are unhealthy. */
  readonly everHealthy: boolean
  /** Its checks say that it must be replaced. */
  readonly unhealthy: boolean
}

export interface Situation<T extends Counted> {
  readonly desiredCount: number
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  /** Tasks of the PRIMARY deployment, oldest first. */
  readonly primary: readonly T[]
  /** Tasks of the deployments that it replaces, oldest first. */
  readonly previous: readonly T[]
  /** Whether the PRIMARY may start tasks and replace others: not once it has failed or was stopped. */
  readonly proceeds: boolean
}

export interface Plan<T> {
  readonly start: number
  readonly stop: readonly T[]
  /** Unhealthy tasks among those to stop, and those for which replacements are started first. */
  readonly replaced: number
  /** The deployment configuration leaves no room to start or to stop anything. */
  readonly stuck: boolean
}

/** The fewest healthy tasks that may be left (rounded up), and the most tasks at a time (rounded down). */
export function boundsOf({ desiredCount, minimumHealthyPercent, maximumPercent }: Omit<Situation<Counted>, 'primary'>) {
  return {
    least: Math.ceil((desiredCount * minimumHealthyPercent) / 100),
    most: Math.floor((desiredCount * maximumPercent) / 100),
  }
}

/** Decides what to start and what to stop now. */
export function plan<T extends Counted>(situation: Situation<T>): Plan<T> {
  const { desiredCount, primary, previous, proceeds } = situation
  const { least, most } = boundsOf(situation)
  const sound = primary.filter(({ unhealthy }) => !unhealthy)
  const sick = primary.filter(({ unhealthy }) => unhealthy)

  const room = Math.max(0, most - primary.length - previous.length)
  const wanted = Math.max(0, desiredCount - sound.length)
  const start = proceeds ? Math.min(wanted, room) : 0

  const stop: T[] = []
  let healthy = countHealthy(primary) + countHealthy(previous)
  const mayLose = () => healthy > least

  for (const task of sick) {
    // A task that was healthy is stopped once its replacement is healthy, or when there is no room for a replacement.
    if (!task.everHealthy || sound.length >= desiredCount || room === 0) stop.push(task)
  }
  const surplus = Math.max(0, sound.length - desiredCount)
  // Starting tasks go before healthy ones; among equals, the oldest.
  for (const task of [...sound].sort((a, b) => Number(a.healthy) - Number(b.healthy)).slice(0, surplus)) {
    if (task.healthy) healthy -= 1
    stop.push(task)
  }
  if (proceeds) {
    for (const task of previous) {
      if (task.healthy && !mayLose()) continue
      if (task.healthy) healthy -= 1
      stop.push(task)
    }
  }
  const stuck = proceeds && wanted > 0 && start === 0 && stop.length === 0 && isAtRest(primary, previous)
  return { start, stop, replaced: sick.length, stuck }
}

/** No task is starting or stopping, which would free capacity. */
const isAtRest = (primary: readonly Counted[], previous: readonly Counted[]) =>
  previous.length > 0 && previous.every(({ healthy }) => healthy) && primary.every(({ healthy }) => healthy)

const countHealthy = (tasks: readonly Counted[]) => tasks.reduce((count, { healthy }) => count + Number(healthy), 0)
