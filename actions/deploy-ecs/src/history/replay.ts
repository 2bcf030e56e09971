// How a service came to where it is, and so where "back" leads. Pure.

import { familyOf, revisionNumber } from '../aws/short-names.ts'
import type { PastDeployment } from './history.ts'

/** Where a service stands. */
export interface RollbackTarget {
  /** The revision to go back to: the one below in the trail. */
  readonly older?: string
  /** The revision that was left to come here, where the service went back to what it runs. */
  readonly left?: string
}

/**
 * Follows a service from its oldest deployment (first in `past`) to what it runs now. What was healthy lies on a pile:
 * a new revision comes on top, and going back to one takes away what lies above it. So a revision that was left is never
 * what "back" leads to, however lately it was healthy; after 1 ← 2 ← 3, back leads to 2, and from there to 1.
 */
export function replayHistory(past: readonly PastDeployment[], current: string): RollbackTarget {
  // The newest deployment of what runs now is how it came to run, whether that has ended or not.
  const before = past.at(-1)?.taskDefinition === current ? past.slice(0, -1) : past
  let stack: readonly string[] = []
  let left: string | undefined
  let tried: string | undefined
  const arrive = (revision: string) => {
    const top = stack.at(-1)
    if (revision === top) {
      // Back from an attempt at something else, or started anew.
      left = tried
    } else {
      const below = stack.slice(0, placeOf(revision, stack))
      left = below.length < stack.length ? top : undefined
      stack = [...below, revision]
    }
    tried = undefined
  }
  for (const { taskDefinition, succeeded } of before) {
    if (succeeded) arrive(taskDefinition)
    else if (taskDefinition !== stack.at(-1)) tried = taskDefinition
  }
  arrive(current)
  const older = stack.at(-2)
  return { ...(older === undefined ? {} : { older }), ...(left === undefined ? {} : { left }) }
}

/** Where a revision belongs in the pile: below all of its family that are as new or newer, which may have been forgotten. */
function placeOf(revision: string, stack: readonly string[]): number {
  const family = familyOf(revision)
  const at = stack.findIndex((other) => familyOf(other) === family && revisionNumber(other) >= revisionNumber(revision))
  return at < 0 ? stack.length : at
}
