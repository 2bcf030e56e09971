import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { OCI_LAYER } from '../../../../actions/build-image/src/image/oci.ts'
import { baseLayersOf } from '../../../../actions/build-image/src/pack/base-layers.ts'
import type { BaseImage } from '../../../../actions/build-image/src/sources/base-images.ts'
import { memoryDestination, memoryRegistries, publishedImage } from '../../../support/build-image/images.ts'
import { MemoryEngine } from '../../../support/build-image/memory-engine.ts'

const BASE = 'a.test/acme/web:base'
const [one, two, own] = ['one', 'two', 'own'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer]
let engine: MemoryEngine
let id: string
beforeEach(() => {
  engine = new MemoryEngine()
  id = engine.add([one, two, own])
})

const name = (reference: string, layers: readonly Buffer[]) => engine.names.set(reference, engine.add(layers))
const base = (more: Partial<BaseImage>): BaseImage => ({
  name: BASE,
  identity: '',
  local: false,
  stale: false,
  ...more,
})

/** The layers, where the registry a.test has `image`. */
const find = (dockerfileImages: readonly string[], bases?: readonly BaseImage[], image = publishedImage([one, two])) =>
  baseLayersOf(engine.docker, id, {
    dockerfileImages,
    bases,
    registries: memoryRegistries(memoryDestination('a.test', { images: { base: image } })),
  })

test('an image that begins with none of the Dockerfile’s images has no base layers', async () => {
  name('other', [two, one])
  expect(await find(['other', 'not-in-this-engine'])).toEqual([])
})

test('the longest of the Dockerfile’s images that it begins with is its base', async () => {
  name('short', [one])
  name('long', [one, two])
  name('longer', [one, two, two])
  const layers = await find(['short', 'long', 'longer'])
  expect(layers).toEqual([one, two].map((layer) => ({ diffId: digestOf(layer), published: undefined })))
})

test('finds each layer of a published base in its registry', async () => {
  name(BASE, [one, two])
  const image = publishedImage([one, two])
  const [first, second] = await find([BASE], [base({ identity: image.digest })], image)
  expect(first).toMatchObject({
    diffId: digestOf(one),
    published: { repository: { host: 'a.test', path: 'acme/web' } },
  })
  const { descriptor, open } = second?.published ?? {}
  expect(descriptor?.mediaType).toBe(OCI_LAYER)
  expect(open && digestOf(await buffer(open()))).toBe(descriptor?.digest)
})

test('names Docker’s layers as OCI does', async () => {
  name(BASE, [one])
  const image = publishedImage([one], 'application/vnd.docker.image.rootfs.diff.tar.gzip')
  const [layer] = await find([BASE], [base({ identity: image.digest })], image)
  expect(layer?.published?.descriptor.mediaType).toBe(OCI_LAYER)
})

test.each([
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
])('does not take a layer of the type %s from the registry', async (mediaType) => {
  name(BASE, [one])
  const image = publishedImage([one], mediaType)
  expect(await find([BASE], [base({ identity: image.digest })], image)).toEqual([
    { diffId: digestOf(one), published: undefined },
  ])
})

test.each([
  ['was built on this machine', { local: true, identity: `sha256:${'1'.repeat(64)}` }],
  ['is known by an id alone', { identity: 'no digest' }],
])('asks no registry for a base that %s', async (_, more) => {
  name(BASE, [one])
  const registries = memoryRegistries()
  const layers = await baseLayersOf(engine.docker, id, { dockerfileImages: [BASE], bases: [base(more)], registries })
  expect(layers).toEqual([{ diffId: digestOf(one), published: undefined }])
})

test('asks no registry when the image has no base layers', async () => {
  const bases = [base({ identity: `sha256:${'1'.repeat(64)}` })]
  const registries = memoryRegistries()
  expect(await baseLayersOf(engine.docker, id, { dockerfileImages: [], bases, registries })).toEqual([])
})
