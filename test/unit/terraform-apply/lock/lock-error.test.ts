import { lockError } from '../../../../actions/terraform-apply/src/lock/lock-error.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

const detail = 'Lock Info:\n  ID:        the-lock\n  Operation: OperationTypePlan\n  Who:       ada@laptop\n'
const error = (summary: string, text = detail) => ({ severity: 'error', summary, detail: text }) as const
const stack = (objects: Readonly<Record<string, string>> = {}) =>
  ({
    world: fakeWorld().world,
    tf: { product: 'Terraform' },
    store: fakeStore(objects).store,
  }) as unknown as Parameters<typeof lockError>[0]

test('names the run that holds the lock, and how to remove the lock', async () => {
  const holder = { lockId: 'the-lock', actor: 'mona', runUrl: 'https://run' }
  const found = await lockError(stack({ 'key.holder.json': JSON.stringify(holder) }), [
    error('Error acquiring the state lock'),
  ])
  expect(describeError(found)).toContain(
    'The state is locked (lock the-lock): mona holds it in https://run (ada@laptop)',
  )
  expect(describeError(found)).toContain('`lock-id: the-lock`')
})

test('says that the state could not be locked when Terraform names no lock', async () => {
  const found = await lockError(stack(), [error('Error acquiring the state lock', 'AccessDenied')])
  expect(found?.message).toContain('The state could not be locked.')
})

test('says that the lock was not released when that is the only error', async () => {
  const released = error('Error releasing the state lock')
  expect((await lockError(stack(), [released]))?.message).toBe('Terraform could not release lock the-lock at its end.')
  expect(await lockError(stack(), [released, error('Invalid reference')])).toBeUndefined()
})

test('returns no error for diagnostics about something else', async () => {
  expect(await lockError(stack(), [])).toBeUndefined()
  expect(await lockError(stack(), [error('Invalid reference')])).toBeUndefined()
})
