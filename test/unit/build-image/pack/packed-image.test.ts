import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { type PackedLayer, packedImage } from '../../../../actions/build-image/src/pack/packed-image.ts'

const REPOSITORY = { host: 'a.test', path: 'library/base' }
const layer = (text: string, repository?: PackedLayer['repository']): PackedLayer => ({
  descriptor: { mediaType: OCI_LAYER, digest: digestOf(text), size: text.length },
  diffId: digestOf(`diff of ${text}`),
  open: () => Readable.from([Buffer.from(text)]),
  ...(repository === undefined ? {} : { repository }),
})
const [base, own] = [layer('base', REPOSITORY), layer('own')]
const ENGINE_CONFIG = Buffer.from(
  JSON.stringify({ os: 'linux', created: '2026-01-01T00:00:00Z', rootfs: { diff_ids: ['sha256:1', 'sha256:2'] } }),
)
const pack = (epoch?: number) => packedImage(ENGINE_CONFIG, [base, own], { epoch, labels: [{ key: 'l', value: 'v' }] })

test('its manifest lists configuration and layers, and its digest is that of the manifest', async () => {
  const { digest, source } = pack(1000)
  const { bytes, mediaType } = await source.manifest(digest)
  expect([digest, mediaType]).toEqual([digestOf(bytes), OCI_MANIFEST])
  const { config, layers } = readManifest(bytes, 'x')
  expect(layers).toEqual([base.descriptor, own.descriptor])
  const content = await source.read(config)
  expect(config).toEqual({ mediaType: OCI_CONFIG, digest: digestOf(content), size: content.length })
  expect(JSON.parse(content.toString())).toMatchObject({
    created: '1970-01-01T00:16:40Z',
    config: { Labels: { l: 'v' } },
    rootfs: { diff_ids: [base.diffId, own.diffId] },
  })
})

test('has the same digest for the same layers, and another without an epoch', () => {
  expect(pack(1000).digest).toBe(pack(1000).digest)
  expect(pack(undefined).digest).not.toBe(pack(1000).digest)
})

test('opens its configuration and its layers, each as often as asked', async () => {
  const { digest, source } = pack()
  const { config } = readManifest((await source.manifest(digest)).bytes, 'x')
  const read = async (blob: typeof config) => (await buffer(source.blob(blob))).toString()
  expect(await read(own.descriptor)).toBe('own')
  expect(await read(own.descriptor)).toBe('own')
  expect(await read(config)).toBe((await source.read(config)).toString())
})

test('knows which repository has a layer of the base image', () => {
  const { source } = pack()
  expect(source.repositoryOf(base.descriptor.digest)).toEqual(REPOSITORY)
  expect(source.repositoryOf(own.descriptor.digest)).toBeUndefined()
})

test('names a layer that it does not have', () => {
  const other = layer('other').descriptor
  expect(() => pack().source.blob(other)).toThrow(`The built image has no layer ${other.digest}.`)
})
