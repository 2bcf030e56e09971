// Replays the deployments of a service, to find the revision that a rollback goes to. Pure.

import { familyOf, revisionNumber } from '../aws/short-names.ts'
import type { PastDeployment } from './history.ts'

/** Where a rollback goes. */
export interface RollbackTarget {
  /** The revisions to go back to, newest first. */
  readonly older: readonly string[]
  /** The revision that the service was rolled back from, where its current revision is the result of a rollback. */
  readonly rolledBackFrom?: string
}

/**
 * Replays the deployments of a service, oldest first, up to its current revision. Healthy revisions form a stack: a new
 * revision is pushed, and a rollback to one pops all above it. So no rollback goes to a revision that was rolled back: after
 * 1, 2, 3 it goes to 2, and from there to 1.
 */
export function replayHistory(past: readonly PastDeployment[], current: string): RollbackTarget {
  // The newest deployment is that of the current revision, whether it has ended or not.
  const before = past.at(-1)?.taskDefinition === current ? past.slice(0, -1) : past
  let stack: readonly string[] = []
  let rolledBackFrom: string | undefined
  let tried: string | undefined
  const arrive = (revision: string) => {
    const top = stack.at(-1)
    if (revision === top) {
      // Rolled back from an attempt at another revision, or deployed again without a change.
      rolledBackFrom = tried
    } else {
      const below = stack.slice(0, placeOf(revision, stack))
      rolledBackFrom = below.length < stack.length ? top : undefined
      stack = [...below, revision]
    }
    tried = undefined
  }
  for (const { taskDefinition, succeeded } of before) {
    if (succeeded) arrive(taskDefinition)
    else if (taskDefinition !== stack.at(-1)) tried = taskDefinition
  }
  arrive(current)
  const older = stack.slice(0, -1).toReversed()
  return { older, ...(rolledBackFrom === undefined ? {} : { rolledBackFrom }) }
}

/** Index of a revision in the stack: below the first of its family that is as new or newer. The history may lack the revision itself. */
function placeOf(revision: string, stack: readonly string[]): number {
  const family = familyOf(revision)
  const at = stack.findIndex((other) => familyOf(other) === family && revisionNumber(other) >= revisionNumber(revision))
  return at < 0 ? stack.length : at
}
