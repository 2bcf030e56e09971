import { EngineTags, removeLeftoverTags } from '../../../../actions/build-image/src/engine-push/engine-tags.ts'
import { progress, startEngineServer } from '../../../support/build-image/engine-server.ts'
import { MemoryEngine } from '../../../support/build-image/memory-engine.ts'

const REPOSITORY = '127.0.0.1:20000/slipway'
const layer = (text: string) => Buffer.from(text)

let engine: MemoryEngine
let state: string
const step = {
  output: () => {},
  summary: () => {},
  saveState: (_: string, value: string) => {
    state = value
  },
  state: () => state,
}
beforeEach(() => {
  engine = new MemoryEngine()
  state = ''
})

test('gives each image a tag of its own, which no other run has', async () => {
  const id = engine.add([layer('a')])
  const [one, two] = [1, 2].map(() => new EngineTags(engine.docker, REPOSITORY, step))
  const tags = [await one?.add(id), await one?.add(id), await two?.add(id)]
  expect(new Set(tags).size).toBe(3)
  expect([...engine.names]).toEqual(tags.map((tag) => [`${REPOSITORY}:${tag}`, id]))
})

test('saves the run for the post step before the first tag, and forgets it when the tags are removed', async () => {
  const id = engine.add([layer('a')])
  const tags = new EngineTags(engine.docker, REPOSITORY, step)
  expect(state).toMatch(/^127\.0\.0\.1:20000\/slipway:run-[0-9a-f]{16}$/)
  const run = state
  expect(`${REPOSITORY}:${await tags.add(id)}`).toBe(`${run}-0`)
  await tags.remove('')
  expect(state).toBe('')
})

test('removes the tags, and neither the image nor its parent, the cache of the next build', async () => {
  const parent = engine.add([layer('a')])
  const id = engine.add([layer('a'), layer('b')], { parent })
  const tags = new EngineTags(engine.docker, REPOSITORY, step)
  await tags.add(id)
  await tags.remove(parent)
  expect([...engine.names]).toEqual([])
  expect([...engine.images.keys()]).toEqual([parent, id])
})

test('an image without a parent stays too: an empty image takes its tag', async () => {
  const id = engine.add([layer('a')])
  const tags = new EngineTags(engine.docker, REPOSITORY, step)
  await tags.add(id)
  await tags.remove('')
  expect([...engine.names]).toEqual([])
  expect([...engine.images.keys()]).toEqual([id])
})

test('asks nothing of the engine when there are no tags', async () => {
  await new EngineTags(engine.docker, REPOSITORY, step).remove('')
  expect(engine.calls).toEqual([])
  expect(engine.images.size).toBe(0)
})

test('the post step removes the tags of a killed main step, and no others', async () => {
  const EMPTY = `sha256:${'0'.repeat(64)}`
  const run = `${REPOSITORY}:run-00000000000000aa`
  state = run
  const server = await startEngineServer({
    // An engine answers with all names of the images that it finds.
    'GET /images/json': [
      { RepoTags: [`${run}-0`, `${run}-latest`, 'acme/web:v1', `${REPOSITORY}:run-00000000000000bb-0`] },
      {},
    ],
    'POST /images/create': progress({ status: EMPTY }),
    [`POST /images/${EMPTY}/tag`]: {},
    [`DELETE /images/${run}-0`]: [],
  })
  await removeLeftoverTags({ env: { DOCKER_HOST: server.address }, step })
  expect(server.requests.map(({ call }) => call)).toEqual([
    'GET /images/json',
    'POST /images/create',
    `POST /images/${EMPTY}/tag`,
    `DELETE /images/${run}-0`,
  ])
  expect(JSON.parse(server.requests[0]?.query.get('filters') ?? '')).toEqual({ reference: [`${run}-*`] })
  expect(Object.fromEntries(server.requests[2]?.query ?? [])).toEqual({
    repo: REPOSITORY,
    tag: 'run-00000000000000aa-0',
  })
  await server.close()
})

test.each(['acme/web:v1', 'acme/web', `${REPOSITORY}:run-`, `${REPOSITORY}:run-00000000000000aa/x`])(
  'the post step removes no tags for the state %s, which no main step saved',
  async (saved) => {
    state = saved
    await expect(removeLeftoverTags({ env: { DOCKER_HOST: 'ssh://nowhere' }, step })).resolves.toBeUndefined()
  },
)

test('the post step needs no engine when the main step has cleaned up', async () => {
  await expect(removeLeftoverTags({ env: { DOCKER_HOST: 'ssh://nowhere' }, step })).resolves.toBeUndefined()
})
