// The order of what a step does, with an engine and registries of this machine that a test scripts.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../actions/build-image/src/main.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { type EngineServer, progress, startEngineServer } from '../../support/build-image/engine-server.ts'
import { memoryImage } from '../../support/build-image/images.ts'
import { MemoryEngine, save, tarLayer } from '../../support/build-image/memory-engine.ts'
import { type MemoryRegistry, startMemoryRegistry } from '../../support/build-image/memory-registry.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'

let home: string
let engine: EngineServer
let source: MemoryRegistry
let target: MemoryRegistry

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-main-'))
  for (const folder of ['workspace', 'temp']) mkdirSync(join(home, folder))
  writeFileSync(join(home, 'workspace/Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
  ;[source, target] = await Promise.all([startMemoryRegistry(), startMemoryRegistry()])
  const layers = [await tarLayer('one', 500)]
  const images = new MemoryEngine()
  const id = images.add(layers)
  const { config = Buffer.alloc(0) } = images.images.get(id) ?? {}
  const inspect = await images.docker.getImage(id).inspect()
  // It cannot push, so its archive is read.
  engine = await startEngineServer({
    'GET /version': { Os: 'linux', Arch: 'amd64' },
    'POST /build': progress({ aux: { ID: id } }),
    [`GET /images/${id}/json`]: inspect,
    [`GET /images/${id}/get`]: (_, response) => void save({ config, layers }).pipe(response),
    [`POST /images/${id}/tag`]: (request, response) =>
      void response.writeHead(request.query.get('tag')?.startsWith('run-') ? 500 : 201).end(),
  })
})
afterEach(async () => {
  for (const server of [engine, source, target]) await server.close()
  rmSync(home, { recursive: true })
})

async function run(inputs: Readonly<Record<string, string>>) {
  const env = {
    ...actionInputs('build-image', { tags: 'v1', ...inputs }),
    DOCKER_HOST: engine.address,
    DOCKER_CONFIG: home,
    GITHUB_WORKSPACE: join(home, 'workspace'),
    HOME: home,
    PATH: process.env['PATH'] ?? '',
    RUNNER_TEMP: join(home, 'temp'),
    SHLVL: '1',
    SOURCE_DATE_EPOCH: '1700000000',
  }
  const recorded = recordingWorld(env)
  const failure = await main(recorded.world).then(
    () => undefined,
    (error: Error) => error.message,
  )
  expect(readdirSync(join(home, 'temp'))).toEqual([])
  return { ...recorded, failure }
}

const builds = () => engine.requests.filter(({ call }) => call === 'POST /build').length

test('builds, tests, pushes by digest, and tags last', async () => {
  const images = `${target.host}/acme/web`
  const unused = { 'repository-immutable-tags': 'true' }
  const { failure, outputs, lines, warnings } = await run({ images, 'test-command': 'echo tested', ...unused })
  expect(failure).toBeUndefined()
  expect(warnings[0]).toBe('`repository-immutable-tags` does nothing here: it needs `create-repository: true`.')
  const digest = String(outputs['digest'])
  expect(target.puts).toEqual([
    'blob acme/web',
    'blob acme/web',
    `manifest acme/web@${digest}`,
    expect.stringMatching(/^manifest acme\/web:content-[0-9a-f]{40}$/),
    'manifest acme/web:v1',
  ])
  expect(outputs).toMatchObject({ image: `${images}@${digest}`, skipped: false })
  const stages = ['Check the registries', 'Build', 'Test', 'Pack', 'Push', 'Tag']
  expect(lines.filter((line) => stages.includes(line))).toEqual(stages)
})

test('builds the same sources once, and does not test them again', async () => {
  const inputs = { images: `${target.host}/acme/web`, 'test-command': 'echo tested' }
  const first = await run(inputs)
  const again = await run({ ...inputs, tags: 'v2' })
  expect(builds()).toBe(1)
  expect(again.outputs).toMatchObject({ digest: first.outputs['digest'], skipped: true })
  expect(again.lines).toContain('Not tested again: this image was tested before it was pushed.')
  expect(target.digest('acme/web', 'v2')).toBe(first.outputs['digest'])
})

test.each<[string, Record<string, string>, string]>([
  ['its test fails', { 'test-command': 'false' }, 'The image was built, but its test failed'],
  ['it is too large', { 'max-size': '1 B' }, 'and `max-size` is 1 B.'],
])('pushes nothing of an image when %s', async (_, inputs, message) => {
  const { failure, outputs } = await run({ images: `${target.host}/acme/web`, ...inputs })
  expect(failure).toContain(message)
  expect(target.puts).toEqual([])
  expect(outputs).toEqual({})
})

test('tags an image that is not pushed in the engine, and asks no registry', async () => {
  const { failure, outputs } = await run({ images: 'nowhere.invalid/acme/web', push: 'false' })
  expect(failure).toBeUndefined()
  expect(outputs).toMatchObject({ image: 'nowhere.invalid/acme/web:v1' })
})

test('promotes an image with the same digest, and builds nothing', async () => {
  const image = memoryImage('layer')
  source.put('acme/web', 'v1', image)
  const { failure, outputs } = await run({
    promote: `${source.host}/acme/web:v1`,
    images: `${target.host}/acme/web`,
    tags: 'prod',
  })
  expect(failure).toBeUndefined()
  expect(builds()).toBe(0)
  expect(outputs['digest']).toBe(image.digest)
  expect(target.puts.slice(-2)).toEqual([`manifest acme/web@${image.digest}`, 'manifest acme/web:prod'])
})

test('builds and pushes nothing when one of the registries refuses the push', async () => {
  const { failure } = await run({ images: `${target.host}/acme/web\n${source.host}/closed/web` })
  expect(failure).toContain(`Could not push to ${source.host}/closed/web.`)
  expect([builds(), target.puts]).toEqual([0, []])
})

test('looks a promoted image up before it touches the destinations', async () => {
  const { failure } = await run({ promote: `${source.host}/acme/web:v1`, images: 'nowhere.invalid/acme/web' })
  expect(failure).toBe(`Cannot promote ${source.host}/acme/web:v1: the image does not exist.`)
})

test('only looks a promoted image up when `push` is false', async () => {
  const image = memoryImage('layer')
  source.put('acme/web', 'v1', image)
  const { outputs } = await run({ promote: `${source.host}/acme/web:v1`, push: 'false', tags: 'unused' })
  expect(outputs['digest']).toBe(image.digest)
})

test('masks password and secrets before anything else', async () => {
  const { masked } = await run({
    images: 'nowhere.invalid/acme/web',
    registry: 'nowhere.invalid',
    username: 'me',
    password: 'of-the-registry',
    secrets: 'token=of-the-build',
    file: 'no-such-file',
  })
  expect(masked).toEqual(['of-the-registry', 'of-the-build'])
})
