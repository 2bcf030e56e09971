// An index in a folder, as buildx leaves it, into a real registry client and a summary.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../../../../actions/build-image/src/image/oci.ts'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { imageFacts } from '../../../../actions/build-image/src/image/platform-images.ts'
import { copyImage } from '../../../../actions/build-image/src/registry/copy-image.ts'
import type { Registry } from '../../../../actions/build-image/src/registry/registry.ts'
import { renderSummary } from '../../../../actions/build-image/src/report/summary.ts'

let folder: string
let top: string
const put = (content: unknown) => {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const digest = digestOf(bytes)
  writeFileSync(join(folder, 'blobs/sha256', digest.slice(7)), bytes)
  return { digest, size: bytes.length }
}
const manifest = (os: string, architecture: string) => {
  const layers = [
    { mediaType: 'layer', ...put('shared layer') },
    { mediaType: 'layer', ...put(`layer of ${architecture}`) },
  ]
  const config = {
    mediaType: 'config',
    ...put({
      os,
      architecture,
      rootfs: { diff_ids: ['sha256:1', 'sha256:2'] },
      history: [{ created_by: '/bin/sh -c #(nop) COPY a b' }, { empty_layer: true }, { created_by: 'RUN a | b' }],
    }),
  }
  return {
    mediaType: OCI_MANIFEST,
    ...put({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }),
    platform: { os, architecture },
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-layout-'))
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  const manifests = [manifest('linux', 'amd64'), manifest('linux', 'arm64'), manifest('unknown', 'unknown')]
  const index = put({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  top = index.digest
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ manifests: [{ mediaType: OCI_INDEX, ...index }] }))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('blobs are put before the manifests that name them, images before their index, each once', async () => {
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

test('an index is its platforms, and the summary shows each', async () => {
  const image = await readLayout(folder)
  const facts = await imageFacts(image)
  expect(facts.map(({ platform, layers }) => [platform, layers.length])).toEqual([
    ['linux/amd64', 2],
    ['linux/arm64', 2],
  ])
  const summary = renderSummary({
    image,
    facts,
    previous: { tag: 'latest', digest: `sha256:${'1'.repeat(64)}`, facts: facts.slice(0, 1) },
    obtained: {
      contentHash: undefined,
      sources: undefined,
      built: {
        engine: 'buildx',
        id: undefined,
        steps: [
          { title: '[1/2] RUN <b> | `x`', cached: false, ms: 3000 },
          { title: '[2/2] COPY', cached: true, ms: 0 },
        ],
        pack: async () => image,
      },
    },
    published: [
      {
        destination: {
          repository: { host: 'ghcr.io', path: 'acme/web' },
          tags: [{ tag: 'v1', current: undefined, immutable: false }],
        },
        tally: { blobs: { sent: 1, present: 0, mounted: 0 }, sent: 5_000_000 },
      },
    ],
    references: [],
    findings: undefined,
    stages: [
      { name: 'Build', ms: 4000 },
      { name: 'Push', ms: 1000 },
    ],
    startedAt: 0,
  } as unknown as Parameters<typeof renderSummary>[0])
  expect(summary).toContain('### Image `web`: built')
  expect(summary).toContain('| `ghcr.io/acme/web` | `v1` | 5.0 MB |')
  expect(summary).toContain(
    'Against what `latest` was before (`sha256:111111111111`): linux/amd64: +0 B, 0 of 2 layers are new (0 B); linux/arm64: new',
  )
  expect(summary).toContain(`| \`Build\` | 4 s | ${'█'.repeat(24)} |\n| \`Push\` | 1 s | ${'█'.repeat(6)} |`)
  expect(summary).toContain('Build steps (1 of 2 from the cache)')
  expect(summary).toContain('| `[2/2] COPY` | cached |  |')
  expect(summary).toContain('<details><summary>Layers (linux/arm64)</summary>')
  expect(summary).toContain('| 12 B | `COPY a b` |\n| 14 B | `RUN a \\| b` |')
})
