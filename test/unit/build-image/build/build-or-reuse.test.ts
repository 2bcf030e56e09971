import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildOrReuse, mayBeHeldBack } from '../../../../actions/build-image/src/build/build-or-reuse.ts'
import { readInputs } from '../../../../actions/build-image/src/inputs/inputs.ts'
import type { ReadyDestination } from '../../../../actions/build-image/src/registry/ready-destination.ts'
import { Stages } from '../../../../actions/build-image/src/runner/stages.ts'
import { makeTemporaryFolder } from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import { contentTag } from '../../../../actions/build-image/src/sources/content-hash.ts'
import { readSources } from '../../../../actions/build-image/src/sources/sources.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { type EngineServer, progress, startEngineServer } from '../../../support/build-image/engine-server.ts'
import { memoryDestination, memoryImage, memoryRegistries } from '../../../support/build-image/images.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const ENGINE = {
  'GET /version': { Os: 'linux', Arch: 'amd64' },
  'POST /build': progress({ aux: { ID: `sha256:${'1'.repeat(64)}` } }),
}
let home: string
let workspace: string
let engine: EngineServer
let lines: string[]
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-build-'))
  workspace = join(home, 'workspace')
  mkdirSync(workspace)
  engine = await startEngineServer(ENGINE)
})
afterEach(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})

async function run(
  dockerfile: string,
  destinations: readonly ReadyDestination[] = [],
  inputs: Readonly<Record<string, string>> = {},
) {
  writeFileSync(join(workspace, 'Dockerfile'), dockerfile)
  const env = {
    DOCKER_HOST: engine.address,
    RUNNER_TEMP: home,
    GITHUB_WORKSPACE: workspace,
    SOURCE_DATE_EPOCH: '1700000000',
  }
  const recorded = recordingWorld(env)
  const { world } = recorded
  lines = recorded.lines
  const all = readInputs({
    GITHUB_WORKSPACE: workspace,
    ...actionInputs('build-image', { images: 'a.test/acme/web', tags: 'v1', ...inputs }),
  })
  const stages = new Stages(world)
  const temporary = await makeTemporaryFolder(world)
  const outcome = await buildOrReuse(
    {
      inputs: all,
      sources: await readSources(all.build, world),
      destinations,
      registries: memoryRegistries(...destinations),
      stages,
      temporary,
    },
    world,
  )
  await temporary.discard()
  return { outcome, stages: stages.done.map(({ name }) => name) }
}

const built = () => engine.requests.some(({ call }) => call === 'POST /build')

/** A destination that has an image of the sources that `outcome` was built from. */
async function withImageOf(dockerfile: string, inputs: Readonly<Record<string, string>> = {}) {
  const { outcome } = await run(dockerfile, [], inputs)
  await engine.close()
  engine = await startEngineServer(ENGINE)
  expect(outcome.contentHash).toMatch(/^[0-9a-f]{64}$/)
  const image = memoryImage('layer')
  const tag = contentTag(outcome.contentHash ?? '')
  return { image, tag, destination: memoryDestination('a.test', { images: { [tag]: image } }) }
}

test('builds nothing when a destination has an image of the same sources', async () => {
  const { image, tag, destination } = await withImageOf('FROM scratch')
  const { outcome, stages } = await run('FROM scratch', [destination])
  expect(outcome).toMatchObject({ kind: 'skipped', existing: { digest: image.digest } })
  expect(contentTag(outcome.contentHash ?? '')).toBe(tag)
  expect(built()).toBe(false)
  expect(stages).toEqual(['Hash the sources', 'Look for an image of these sources'])
  expect(lines).toContain(`a.test/acme/web:${tag} was built from the same sources: ${image.digest}. Nothing to build.`)
})

test('builds when the sources differ, and says which tag is missing', async () => {
  const { destination } = await withImageOf('FROM scratch')
  const { outcome } = await run('FROM scratch\nENV A=1', [destination])
  expect(outcome.kind).toBe('built')
  expect(lines).toContain(`No image has the tag ${contentTag(outcome.contentHash ?? '')} yet.`)
  expect(built()).toBe(true)
})

test.each([{ 'skip-unchanged': 'false' }, { 'no-cache': 'true' }])(
  'with %j it builds the same sources again, and still returns their hash for the next run',
  async (inputs) => {
    const { tag, destination } = await withImageOf('FROM scratch', inputs)
    const { outcome, stages } = await run('FROM scratch', [destination], inputs)
    expect(outcome.kind).toBe('built')
    expect(contentTag(outcome.contentHash ?? '')).toBe(tag)
    expect(stages).toEqual(['Hash the sources', 'Build'])
  },
)

test('builds a Dockerfile that reads a URL in each run, and says why', async () => {
  const { outcome } = await run('FROM scratch\nADD https://example.com/latest.tgz /', [memoryDestination('a.test')])
  expect(outcome).toMatchObject({ kind: 'built', contentHash: undefined })
  expect(lines).toContain(
    'Always built: this instruction reads content that is not known beforehand: ADD https://example.com/latest.tgz /',
  )
})

test('builds when a base image cannot be looked up', async () => {
  const { outcome } = await run('FROM b.test/acme/base:1\n', [memoryDestination('b.test')])
  expect(outcome).toMatchObject({ kind: 'built', contentHash: undefined })
  expect(lines.join('\n')).toContain('Cannot tell whether anything changed')
})

test('the base images are part of the sources', async () => {
  const [old, next] = [memoryImage('old'), memoryImage('new')]
  const hash = async (base: typeof old) => {
    const destination = memoryDestination('a.test', { images: { base } })
    const { outcome } = await run('FROM a.test/acme/web:base\n', [destination])
    expect(lines).toContain(`Base: a.test/acme/web:base is ${base.digest}`)
    return outcome.contentHash
  }
  expect(await hash(old)).toBe(await hash(old))
  expect(await hash(next)).not.toBe(await hash(old))
})

test('looks for no image when nothing is pushed', async () => {
  const { outcome, stages } = await run('FROM scratch', [], { push: 'false' })
  expect(outcome).toMatchObject({ kind: 'built', contentHash: undefined })
  expect(stages).toEqual(['Hash the sources', 'Build'])
})

const destination = (current: string | undefined, immutable: boolean) => ({ tags: [{ tag: 'v1', current, immutable }] })

test.each<[string, boolean, { testCommand?: string; maxSize?: number }, ReturnType<typeof destination>[]]>([
  ['nothing can refuse the push', false, {}, [destination('sha256:1', false), destination(undefined, true)]],
  ['its test may fail', true, { testCommand: 'true' }, []],
  ['it may be too large', true, { maxSize: 1 }, []],
  ['an immutable tag is taken', true, {}, [destination(undefined, false), destination('sha256:1', true)]],
])('where %s, layers are held back until the whole image is known: %p', (_, held, inputs, destinations) => {
  expect(mayBeHeldBack({ testCommand: inputs.testCommand, maxSize: inputs.maxSize }, destinations)).toBe(held)
})
