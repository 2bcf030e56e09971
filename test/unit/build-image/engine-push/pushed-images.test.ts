import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { PushedImages, portFor } from '../../../../actions/build-image/src/engine-push/pushed-images.ts'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { packFromArchive } from '../../../../actions/build-image/src/pack/engine-archive.ts'
import type { PackRequest } from '../../../../actions/build-image/src/pack/pack-request.ts'
import {
  makeTemporaryFolder,
  type TemporaryFolder,
} from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import { turns } from '../../../support/build-image/hold-file-opening.ts'
import { memoryDestination, memoryRegistries, publishedImage } from '../../../support/build-image/images.ts'
import { MemoryEngine, tarLayer } from '../../../support/build-image/memory-engine.ts'
import { packRequest } from '../../../support/build-image/pack-request.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let home: string
let engine: MemoryEngine
let temporary: TemporaryFolder
let lines: string[]
let one: Buffer
let two: Buffer
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
  engine = new MemoryEngine()
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
  one = await tarLayer('one', 500)
  two = await tarLayer('two', 2000)
})
afterEach(async () => {
  await temporary.discard()
  rmSync(home, { recursive: true })
})

async function open(more: Partial<PackRequest> = {}): Promise<PushedImages> {
  const recorded = recordingWorld({ HOME: home })
  lines = recorded.lines
  const images = await PushedImages.open(engine.docker, packRequest(temporary, more), recorded.world)
  temporary.onDiscard(() => images.close())
  return images
}

const layersOf = async ({ source, digest }: Image) => readManifest((await source.manifest(digest)).bytes, 'x').layers
const pushes = () => engine.calls.filter((call) => call.startsWith('push ')).length

test('gives the same bytes as the engine’s archive of the image', async () => {
  const id = engine.add([one, two])
  const labels = [{ key: 'l', value: 'v' }]
  const pushed = await (await open({ labels })).push(id)
  expect(lines).toContain('The engine pushed 2 of 2 layers to this step.')
  const archived = await packFromArchive(engine.docker, id, packRequest(temporary, { labels }))
  expect(pushed.digest).toBe(archived.digest)
})

test('takes the layers of a published base image from its registry', async () => {
  const base = publishedImage([one])
  const destination = memoryDestination('a.test', { images: { base } })
  engine.names.set('a.test/acme/web:base', engine.add([one]))
  const images = await open({
    dockerfileImages: ['a.test/acme/web:base'],
    bases: [{ name: 'a.test/acme/web:base', identity: base.digest, local: false, stale: false }],
    registries: memoryRegistries(destination),
  })
  const image = await images.push(engine.add([one, two]))
  expect(lines).toContain('The engine pushed 1 of 2 layers to this step.')
  const [first] = await layersOf(image)
  expect(first?.digest).toBe(digestOf(gzipSync(one)))
  expect(image.source.repositoryOf(first?.digest ?? '')).toEqual({ host: 'a.test', path: 'acme/web' })
})

test('refuses to push upon a base image that is in no registry', async () => {
  engine.names.set('local-base', engine.add([one]))
  const images = await open({ dockerfileImages: ['local-base'] })
  await expect(images.push(engine.add([one, two]))).rejects.toThrow('its base image is in no registry.')
  expect(pushes()).toBe(0)
})

test('the engine sends no layer that an earlier run has sent and that all destinations have', async () => {
  const id = engine.add([one, two])
  const first = await open()
  const image = await first.push(id)
  await first.close()
  await temporary.discard()

  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: home }).world)
  const layers = await layersOf(image)
  const second = await open({
    destinations: [memoryDestination('a.test', { blobs: layers.map(({ digest }) => digest) })],
  })
  const again = await second.push(id)
  expect(lines).toContain('The engine pushed 0 of 2 layers to this step.')
  expect(again.digest).toBe(image.digest)
  // A destination can lose it after it was asked.
  expect(() => layers[0] && again.source.blob(layers[0])).toThrow(
    `The layer ${layers[0]?.digest} was removed from a registry during this step.`,
  )
})

test('sends the layers of an intermediate image ahead, to the destinations that may get them', async () => {
  const destination = memoryDestination('a.test')
  const images = await open({ sendAheadTo: [destination] })
  images.pushAhead(engine.add([one]))
  const image = await images.push(engine.add([one, two]))
  expect(new Set(destination.calls)).toEqual(new Set((await layersOf(image)).map(({ digest }) => `ahead ${digest}`)))
})

test('pushes two intermediate images in parallel, and of those that wait only the latest', async () => {
  const held = Promise.withResolvers<void>()
  const third = Promise.withResolvers<void>()
  const pushed: (string | undefined)[] = []
  engine.onPush = async (reference, push) => {
    pushed.push(engine.names.get(reference))
    if (pushed.length === 3) third.resolve()
    await held.promise
    return push()
  }
  const images = await open()
  const ids = ['a', 'b', 'c', 'd'].map((text) => engine.add([Buffer.from(text)]))
  for (const id of ids) images.pushAhead(id)
  await turns()
  const early = [...pushed]
  held.resolve()
  await third.promise
  await images.close()
  expect(early).toEqual(ids.slice(0, 2))
  expect(pushed).toEqual([...ids.slice(0, 2), ids[3]])
})

test('an intermediate image that cannot be pushed does not end the build', async () => {
  const id = engine.add([one])
  const tried = Promise.withResolvers<void>()
  engine.onPush = async () => {
    tried.resolve()
    throw new Error('connection refused')
  }
  const images = await open()
  images.pushAhead(id)
  await tried.promise
  await turns()
  expect(lines).toEqual(['An intermediate image was not pushed: connection refused'])
})

test.each([
  ['configuration', (id: string) => id, 'its configuration.'],
  ['layer', (_: string, layer: string) => layer, 'its layer sha256:'],
])('refuses an image that the engine pushed without a %s', async (_, omitted, message) => {
  const id = engine.add([one])
  engine.omitted.add(omitted(id, digestOf(gzipSync(one))))
  const images = await open()
  await expect(images.push(id)).rejects.toThrow(`the engine pushed it without ${message}`)
})

test('leaves no tag and keeps the image, its parent and so the build cache', async () => {
  const parent = engine.add([one])
  const id = engine.add([one, two], { parent })
  const images = await open()
  await images.push(id)
  expect(engine.names.size).toBe(1)
  await images.close()
  expect(engine.names.size).toBe(0)
  expect([...engine.images.keys()]).toEqual([parent, id])
  // The parent takes the tag, so no empty image is needed.
  expect(engine.calls).not.toContain('import')
})

test('an image has the same port in each run, and another one is unlikely to have it', () => {
  const port = (path: string) => portFor([{ repository: { host: 'a.test', path } }])
  expect(port('acme/web')).toBe(port('acme/web'))
  expect(port('acme/web')).not.toBe(port('acme/api'))
  for (const one of [port('acme/web'), port('acme/api'), portFor([])]) {
    expect(one).toBeGreaterThanOrEqual(20_000)
    expect(one).toBeLessThan(30_000)
  }
})
