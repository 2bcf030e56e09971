import { withLock } from '../../../../actions/terraform-apply/src/lock/with-lock.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

test('holds the lock during the task, and releases it', async () => {
  const { store, objects } = fakeStore()
  await withLock(fakeWorld().world, store, async () => {
    expect(JSON.parse(objects.get('key.tflock') ?? '{}')).toMatchObject({
      Operation: 'migrate-state',
      Path: 'bucket/key',
    })
  })
  expect(objects.has('key.tflock')).toBe(false)
})

test('releases the lock when the task fails', async () => {
  const { store, objects } = fakeStore()
  await expect(withLock(fakeWorld().world, store, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(objects.has('key.tflock')).toBe(false)
})

test('refuses a locked state, and leaves the lock to its holder', async () => {
  const lock = JSON.stringify({ ID: 'other', Who: 'ada@laptop', Operation: 'OperationTypeApply', Created: '' })
  const { store, objects } = fakeStore({ 'key.tflock': lock })
  let ran = false
  const locked = withLock(fakeWorld().world, store, async () => {
    ran = true
  })
  await expect(locked).rejects.toThrow('s3://bucket/key is locked: ada@laptop holds it for OperationTypeApply.')
  expect(ran).toBe(false)
  expect(objects.get('key.tflock')).toBe(lock)
})

test('leaves a lock alone that another has acquired since', async () => {
  const { store, objects } = fakeStore()
  await withLock(fakeWorld().world, store, async () => void objects.set('key.tflock', '{"ID":"other"}'))
  expect(objects.get('key.tflock')).toBe('{"ID":"other"}')
})
