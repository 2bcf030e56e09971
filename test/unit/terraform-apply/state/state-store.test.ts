import { stateStore } from '../../../../actions/terraform-apply/src/state/state-store.ts'
import { fakeStore } from '../fake-store.ts'
import { fakeWorld } from '../fake-world.ts'

test('reads an object, and returns undefined where there is none', async () => {
  const { store } = fakeStore({ key: 'state', 'key.tflock': 'lock' })
  expect(await store.read()).toBe('state')
  expect(await store.get('.tflock')).toEqual({ text: 'lock', etag: '"lock"' })
  expect(await store.read('.gone')).toBeUndefined()
})

test('creates an object only where there is none', async () => {
  const { store, objects } = fakeStore({ key: 'state' })
  expect(await store.create('', 'other')).toBe(false)
  expect(await store.create('.new', Buffer.from('new'))).toBe(true)
  expect(Object.fromEntries(objects)).toEqual({ key: 'state', 'key.new': 'new' })
})

test('counts an object that it wrote itself as created when the first response was lost', async () => {
  const { store, objects } = fakeStore({ key: 'same' })
  expect(await store.create('', 'same')).toBe(true)
  expect(objects.get('key')).toBe('same')
})

test('replaces and deletes only the object with the ETag', async () => {
  const { store, objects } = fakeStore({ key: 'one' })
  expect(await store.replace('', 'two', '"zero"')).toBe(false)
  expect(await store.replace('', 'two', '"one"')).toBe(true)
  await store.removeIf('', '"one"')
  expect(objects.get('key')).toBe('two')
  await store.removeIf('', '"two"')
  await store.removeIf('', '"two"')
  expect(objects.size).toBe(0)
})

test('names the object and the operation in errors', async () => {
  const { store, s3 } = fakeStore()
  const denied = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))
  Object.assign(s3, { get: denied, put: denied })
  await expect(store.read('.tflock')).rejects.toThrow('Could not read s3://bucket/key.tflock. AccessDenied: no')
  await expect(store.write('', 'x')).rejects.toThrow('Could not write s3://bucket/key. AccessDenied: no')
})

test.each([
  [undefined, {}, 'web.tfstate'],
  ['blue', {}, 'env:/blue/web.tfstate'],
  ['blue', { workspace_key_prefix: 'spaces' }, 'spaces/blue/web.tfstate'],
])('finds the state of workspace %s with %j at %s', (workspace, more, key) => {
  const backend = { type: 's3', config: { bucket: 'states', key: 'web.tfstate', ...more } }
  expect(stateStore(fakeWorld().world, backend, { directory: '/none', workspace })?.address()).toBe(
    `s3://states/${key}`,
  )
})

test('has no store for another backend', () => {
  const backend = { type: 'gcs', config: {} }
  expect(stateStore(fakeWorld().world, backend, { directory: '/none', workspace: undefined })).toBeUndefined()
})
