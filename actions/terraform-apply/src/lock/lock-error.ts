import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Stack } from '../state/stack.ts'
import type { Diagnostic } from '../terraform/json-events.ts'
import { isNotLocked, isNotReleased, lockIn } from './lock-diagnostics.ts'
import { describeHolder, readHolder } from './lock-holder.ts'

/** The error for a lock that was not acquired in time, or not released; `undefined` when the diagnostics are about something else. */
export async function lockError(
  { world, tf, store }: Pick<Stack, 'world' | 'tf' | 'store'>,
  errors: readonly Diagnostic[],
): Promise<SlipwayError | undefined> {
  if (errors.length > 0 && errors.every(isNotReleased)) return notReleased(tf, errors)
  const refused = errors.find(isNotLocked)
  if (refused === undefined) return undefined
  const lock = lockIn(refused.detail ?? '')
  if (lock === undefined) {
    return new SlipwayError('The state could not be locked. The log has the error of Terraform.', {
      hint: 'Nothing was changed. Check that the role may write and delete the lock beside the state.',
    })
  }
  const holder = store && (await readHolder(store, lock.ID).catch(() => undefined))
  return new SlipwayError(
    `The state is locked (lock ${lock.ID}): ${describeHolder(lock, holder, world.clock.now())}.`,
    {
      hint: `Nothing was changed. Wait for that run, or raise \`lock-timeout\`. If that run is over and has not released the lock, run this action with \`command: unlock\` and \`lock-id: ${lock.ID}\`.`,
    },
  )
}

/** The error for a lock that Terraform could not release. */
export function notReleased({ product }: Pick<Stack['tf'], 'product'>, errors: readonly Diagnostic[]): SlipwayError {
  const id = lockIn(errors.find(isNotReleased)?.detail ?? '')?.ID
  const named = id ?? 'ID'
  return new SlipwayError(`${product} could not release ${id === undefined ? 'the lock' : `lock ${id}`} at its end.`, {
    hint: `Once this run is over, run this action with \`command: unlock\` and \`lock-id: ${named}\`, or run \`terraform force-unlock ${named}\`.`,
  })
}
