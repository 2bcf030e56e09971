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

test('goes on when the holder of the lock cannot be recorded', async () => {
  const { store, objects, s3 } = fakeStore()
  const { put } = s3
  s3.put = (key, content) => (key.endsWith('.holder.json') ? Promise.reject(new Error('denied')) : put(key, content))
  const { world, lines } = fakeWorld()
  let ran = false
  await withLock(world, store, async () => {
    ran = true
  })
  expect(ran).toBe(true)
  expect(objects.size).toBe(0)
  expect(lines).toEqual([expect.stringContaining('debug: Could not record the holder of the lock')])
})

describe('when the lock cannot be removed', () => {
  const cannotRemove = () => {
    const fake = fakeStore()
    fake.s3.delete = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))
    return fake.store
  }

  test('says how to remove it', async () => {
    await expect(withLock(fakeWorld().world, cannotRemove(), async () => {})).rejects.toMatchObject({
      message: expect.stringMatching(/^Lock [0-9a-f-]{36} of s3:\/\/bucket\/key could not be removed\.$/),
      hint: expect.stringMatching(/delete s3:\/\/bucket\/key\.tflock\. .*`terraform force-unlock [0-9a-f-]{36}`/),
    })
  })

  test('throws the error of the task first, and warns of the lock', async () => {
    const { world, lines } = fakeWorld()
    const task = () => Promise.reject(new Error('the first error'))
    await expect(withLock(world, cannotRemove(), task)).rejects.toThrow('the first error')
    expect(lines.at(-1)).toMatch(/^warning: Lock [0-9a-f-]{36} of .* could not be removed/)
  })
})
