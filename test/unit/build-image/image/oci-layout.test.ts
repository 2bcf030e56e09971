import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { OCI_INDEX, OCI_MANIFEST, readIndex, readManifest } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
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

test.each([0, 2])('refuses a layout with %d images', async (count) => {
  const other = mkdtempSync(join(tmpdir(), 'slipway-layout-'))
  const manifests = Array.from({ length: count }, () => ({ mediaType: OCI_MANIFEST, digest, size: 1 }))
  writeFileSync(join(other, 'index.json'), JSON.stringify({ manifests }))
  await expect(readLayout(other)).rejects.toThrow(`buildx built ${count} images instead of one.`)
  rmSync(other, { recursive: true })
})
