import { readLock } from '../../../../actions/terraform-apply/src/lock/lock.ts'
import { fakeStore } from '../fake-store.ts'

test('reads the lock object beside the state', async () => {
  const lock = { ID: 'the-lock', Operation: 'OperationTypeApply', Who: 'ada@laptop', Created: '2026-01-01T00:00:00Z' }
  const { store } = fakeStore({ key: 'state', 'key.tflock': JSON.stringify({ ...lock, Path: 'bucket/key' }) })
  expect(await readLock(store)).toMatchObject(lock)
})

test('finds no lock on a state that is not locked', async () => {
  expect(await readLock(fakeStore({ key: 'state' }).store)).toBeUndefined()
})
