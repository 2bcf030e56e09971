import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { OCI_INDEX, OCI_MANIFEST, readIndex, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { readPlatformImages } from '../../../../actions/build-image/src/image/platform-images.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'

const { folder, digest } = writeLayout()
afterAll(() => rmSync(folder, { recursive: true }))

test('reads the index, its manifests and their blobs', async () => {
  const image = await readLayout(folder)
  expect(image.digest).toBe(digest)
  const index = await image.source.manifest(digest)
  expect(index.mediaType).toBe(OCI_INDEX)
  const [first] = readIndex(index.bytes, 'x').manifests
  const manifest = await image.source.manifest(first?.digest ?? '')
  expect(manifest.mediaType).toBe(OCI_MANIFEST)
  const [layer] = readManifest(manifest.bytes, 'x').layers
  expect(layer && (await buffer(image.source.blob(layer))).toString()).toBe('shared layer')
})

test('reads the platforms that are wanted, and no attestations', async () => {
  const image = await readLayout(folder)
  const platforms = async (wanted?: (platform: string) => boolean) =>
    (await readPlatformImages(image, wanted)).map(({ platform }) => platform)
  expect(await platforms()).toEqual(['linux/amd64', 'linux/arm64'])
  expect(await platforms((platform) => platform === 'linux/arm64')).toEqual(['linux/arm64'])
})

test('the size of a platform is that of its configuration and layers', async () => {
  const [amd64] = await readPlatformImages(await readLayout(folder))
  const { config } = readManifest((await (await readLayout(folder)).source.manifest(amd64?.digest ?? '')).bytes, 'x')
  expect(amd64?.size).toBe('shared layer'.length + 'layer of amd64'.length + config.size)
})

test('an image without an index has one platform without a name', async () => {
  const image = await readLayout(folder)
  const [amd64] = await readPlatformImages(image)
  const alone = await readPlatformImages({ ...image, digest: amd64?.digest ?? '' })
  expect(alone).toEqual([{ ...amd64, platform: '' }])
})

test.each([0, 2])('refuses a layout with %d images', async (count) => {
  const other = mkdtempSync(join(tmpdir(), 'slipway-layout-'))
  const manifests = Array.from({ length: count }, () => ({ mediaType: OCI_MANIFEST, digest, size: 1 }))
  writeFileSync(join(other, 'index.json'), JSON.stringify({ manifests }))
  await expect(readLayout(other)).rejects.toThrow(`buildx built ${count} images instead of one.`)
  rmSync(other, { recursive: true })
})
