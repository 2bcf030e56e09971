import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Run } from '../state/stack.ts'
import type { Diagnostic } from '../terraform/json-events.ts'
import { describeHolder, type Lock, readHolder } from './lock.ts'

/** The error for a lock that was not to be had in time, or not released; `undefined` when that was not the trouble. */
export async function lockError(
  errors: readonly Diagnostic[],
  { tf, store, world }: Pick<Run, 'tf' | 'store' | 'world'>,
): Promise<SlipwayError | undefined> {
  if (errors.length > 0 && errors.every(isNotReleased)) return notReleased(tf, errors)
  const refused = errors.find(isNotLocked)
  if (refused === undefined) return undefined
  const lock = lockIn(refused.detail ?? '')
  if (lock === undefined) {
    return new SlipwayError('The state could not be locked. Terraform says why above.', {
      hint: 'Nothing was changed. Check that the role may write and delete the lock beside the state.',
    })
  }
  const holder = store && (await readHolder(store, lock.ID).catch(() => undefined))
  return new SlipwayError(
    `The state is locked (lock ${lock.ID}): ${describeHolder(lock, holder, world.clock.now())}.`,
    {
      hint: `Nothing was changed. Wait for that run, or raise \`lock-timeout\`. If it is over and left the lock behind, run this action with \`command: unlock\` and \`lock-id: ${lock.ID}\`.`,
    },
  )
}

/** The error for a lock that stays though Terraform has ended, by what it said. */
export function notReleased({ product }: Pick<Run['tf'], 'product'>, errors: readonly Diagnostic[]): SlipwayError {
  const id = lockIn(errors.find(isNotReleased)?.detail ?? '')?.ID
  const named = id ?? 'ID'
  return new SlipwayError(`${product} could not release ${id === undefined ? 'the lock' : `lock ${id}`} at its end.`, {
    hint: `Once this run is over, run this action with \`command: unlock\` and \`lock-id: ${named}\`, or \`terraform force-unlock ${named}\` by hand.`,
  })
}

/** Whether Terraform says that the lock was not to be had. */
export const isNotLocked = ({ summary }: Diagnostic): boolean => /acquiring the state lock/i.test(summary)

/** Whether it says that it did its work, and could not release the lock afterwards. */
export const isNotReleased = ({ summary }: Diagnostic): boolean => /releasing the state lock/i.test(summary)

/** Reads what Terraform says of the lock that is in its way. */
export function lockIn(detail: string): Lock | undefined {
  const read = (name: string) => new RegExp(`^\\s*${name}:\\s*(.*?)\\s*$`, 'm').exec(detail)?.[1] ?? ''
  const ID = read('ID')
  if (ID === '') return undefined
  const created = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d* \+0000/.exec(read('Created'))
  return {
    ID,
    Operation: read('Operation'),
    Who: read('Who'),
    Created: created === null ? '' : `${created[1]}T${created[2]}Z`,
  }
}
