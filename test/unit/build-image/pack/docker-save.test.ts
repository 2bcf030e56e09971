import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import type { Image } from '../../../../actions/build-image/src/image/image.ts'
import { OCI_LAYER, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import type { BaseLayer } from '../../../../actions/build-image/src/pack/base-layers.ts'
import { packSavedImage } from '../../../../actions/build-image/src/pack/docker-save.ts'
import { save, tarLayer } from '../../../support/build-image/memory-engine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-save-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const configOf = (layers: readonly Buffer[]) =>
  Buffer.from(JSON.stringify({ os: 'linux', rootfs: { diff_ids: layers.map((layer) => digestOf(layer)) } }))
const packAll = (layers: readonly Buffer[], epoch: number | undefined, baseLayers: readonly BaseLayer[] = []) =>
  packSavedImage(save({ config: configOf(layers), layers }), folder, { epoch, labels: [], baseLayers })

const layersOf = async (image: Image) => readManifest((await image.source.manifest(image.digest)).bytes, 'x').layers

/** The times of the files in each layer, in seconds since 1970. */
async function timesIn(image: Image): Promise<readonly (number | undefined)[]> {
  const times: (number | undefined)[] = []
  for (const layer of await layersOf(image)) {
    const tar = extract()
    tar.end(gunzipSync(await buffer(image.source.blob(layer))))
    for await (const entry of tar) {
      times.push(entry.header.mtime && entry.header.mtime.getTime() / 1000)
      entry.resume()
    }
  }
  return times
}

test('limits the times of files to the epoch', async () => {
  const layers = [await tarLayer('old', 500), await tarLayer('new', 2000)]
  expect(await timesIn(await packAll(layers, 1000))).toEqual([500, 1000])
})

test('keeps all times without an epoch', async () => {
  expect(await timesIn(await packAll([await tarLayer('new', 2000)], undefined))).toEqual([2000])
})

test('does not change a layer of an unpublished base image', async () => {
  const layers = [await tarLayer('base', 2000), await tarLayer('own', 2000)]
  const base = { diffId: digestOf(layers[0] ?? ''), published: undefined }
  expect(await timesIn(await packAll(layers, 1000, [base]))).toEqual([2000, 1000])
})

test('takes a layer of a published base image as its registry has it', async () => {
  const layers = [await tarLayer('base', 2000), await tarLayer('own', 500)]
  const descriptor = { mediaType: OCI_LAYER, digest: digestOf('compressed'), size: 10 }
  const repository = { host: 'a.test', path: 'library/base' }
  const open = () => Readable.from([Buffer.from('compressed')])
  const base = { diffId: digestOf(layers[0] ?? ''), published: { descriptor, repository, open } }
  const image = await packAll(layers, 1000, [base])
  const [first] = await layersOf(image)
  expect(first).toEqual(descriptor)
  expect(image.source.repositoryOf(descriptor.digest)).toEqual(repository)
  expect((await buffer(image.source.blob(descriptor))).toString()).toBe('compressed')
})

test('packs a layer that occurs twice, which the archive has once', async () => {
  const layer = await tarLayer('twice', 500)
  const image = await packAll([layer, await tarLayer('between', 500), layer], 1000)
  const [first, , third] = await layersOf(image)
  expect(third).toEqual(first)
})

test('leaves only the packed layers in its folder', async () => {
  const layer = await tarLayer('a', 500)
  await packAll([layer, layer], 1000)
  expect(
    readdirSync(folder)
      .filter((name) => name.startsWith('layer-'))
      .sort(),
  ).toEqual(['layer-0', 'layer-1'])
  expect(readdirSync(folder).filter((name) => !name.startsWith('layer-'))).toHaveLength(2)
})

/** An archive with these files. */
function archive(files: Readonly<Record<string, string>>): Readable {
  const tar = pack()
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content)
  tar.finalize()
  return tar as unknown as Readable
}

test.each<[string, Record<string, string>, string]>([
  ['no manifest', {}, 'lacks manifest.json.'],
  ['no image', { 'manifest.json': '[]' }, 'has no image.'],
  ['no layer', { 'manifest.json': '[{"Config":"c","Layers":["0/layer.tar"]}]', c: '{}' }, 'lacks 0/layer.tar.'],
])('an archive with %s is an error that says where to look', async (_, files, message) => {
  await expect(packSavedImage(archive(files), folder, { epoch: 0, labels: [], baseLayers: [] })).rejects.toMatchObject({
    message: `The Docker engine’s archive ${message.startsWith('has') ? '' : 'of the image '}${message}`,
    hint: expect.stringContaining('docker system df'),
  })
})

test('an archive that is cut off is an error', async () => {
  const layers = [await tarLayer('a', 500)]
  const whole = await buffer(save({ config: configOf(layers), layers }))
  const half = Readable.from([whole.subarray(0, 1000)])
  await expect(packSavedImage(half, folder, { epoch: 0, labels: [], baseLayers: [] })).rejects.toThrow(
    'Unexpected end of data',
  )
})
