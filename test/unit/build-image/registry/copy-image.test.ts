import { rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { OCI_INDEX, OCI_MANIFEST } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { copyImage, registrySource } from '../../../../actions/build-image/src/registry/copy-image.ts'
import type { Registry } from '../../../../actions/build-image/src/registry/registry.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'

const { folder, digest: top } = writeLayout()
afterAll(() => rmSync(folder, { recursive: true }))

test('copies blobs before the manifests that name them, and images before their index, each once', async () => {
  const done: string[] = []
  const had = new Set<string>()
  const registry = {
    async putBlob(_: string, { digest }: { digest: string }) {
      if (had.has(digest)) return 'present'
      had.add(digest)
      done.push(digest)
      return 'sent'
    },
    async putManifest(_: string, reference: string, { bytes, mediaType }: { bytes: Buffer; mediaType: string }) {
      const named = JSON.parse(bytes.toString())
      for (const { digest } of named.manifests ?? [named.config, ...named.layers]) expect(done).toContain(digest)
      done.push(reference)
      expect(mediaType).toBe(reference === top ? OCI_INDEX : OCI_MANIFEST)
    },
  } as unknown as Registry
  const image = await readLayout(folder)
  expect(image.digest).toBe(top)
  const tally = await copyImage(image, { repository: { host: 'x', path: 'web' }, registry })
  expect(done.at(-1)).toBe(top)
  expect(tally.blobs).toEqual({ sent: 7, present: 2, mounted: 0 })
})

test('reads no more of a blob than its manifest says', async () => {
  const registry = { host: 'x', blob: async () => Readable.from([Buffer.from('four'), Buffer.from('more')]) }
  const source = registrySource({ repository: { host: 'x', path: 'web' }, registry: registry as unknown as Registry })
  const blob = { mediaType: 'application/octet-stream', digest: 'sha256:12' }
  expect(await text(source.blob({ ...blob, size: 8 }))).toBe('fourmore')
  await expect(text(source.blob({ ...blob, size: 7 }))).rejects.toThrow(
    'x/web@sha256:12 is larger than 7 bytes, which its manifest says.',
  )
})
