import { rmSync } from 'node:fs'
import { readLayout } from '../../../../actions/build-image/src/image/oci-layout.ts'
import { readPlatformImages } from '../../../../actions/build-image/src/image/platform-images.ts'
import { renderSummary } from '../../../../actions/build-image/src/report/summary.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'

const { folder } = writeLayout()
afterAll(() => rmSync(folder, { recursive: true }))

test('a platform, which an index of somebody else may name as it likes, is no markdown and no HTML', async () => {
  const image = await readLayout(folder)
  const [one] = await readPlatformImages(image)
  const platform = 'linux\n\n# Approved</summary>/<img src=x> @team'
  const summary = renderSummary({
    image,
    platforms: [{ ...one, platform }],
    previous: { tag: 'latest', digest: `sha256:${'1'.repeat(64)}`, platforms: [] },
    outcome: { kind: 'promoted' },
    published: [],
    references: [],
    findings: undefined,
    stages: [],
    startedAt: 0,
  } as unknown as Parameters<typeof renderSummary>[0])
  expect(summary).not.toMatch(/^# Approved|<img|@team|Approved<\/summary>/m)
  expect(summary.match(/Approved/g)).toHaveLength(3)
})

test('shows each platform of an index', async () => {
  const image = await readLayout(folder)
  const platforms = await readPlatformImages(image)
  expect(platforms.map(({ platform, layers }) => [platform, layers.length])).toEqual([
    ['linux/amd64', 2],
    ['linux/arm64', 2],
  ])
  const summary = renderSummary({
    image,
    platforms,
    previous: { tag: 'latest', digest: `sha256:${'1'.repeat(64)}`, platforms: platforms.slice(0, 1) },
    outcome: {
      kind: 'built',
      contentHash: undefined,
      built: {
        engine: 'buildx',
        steps: [
          { title: '[1/2] RUN <b> | `x`', cached: false, ms: 3000 },
          { title: '[2/2] COPY', cached: true, ms: 0 },
        ],
        local: async () => '',
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
    'Compared with the previous `latest` (`sha256:111111111111`): linux/amd64: +0 B, 0 of 2 layers are new (0 B); linux/arm64: new',
  )
  expect(summary).toContain(`| \`Build\` | 4 s | ${'█'.repeat(24)} |\n| \`Push\` | 1 s | ${'█'.repeat(6)} |`)
  expect(summary).toContain('Build steps (1 of 2 from the cache)')
  expect(summary).toContain('| `[2/2] COPY` | cached |  |')
  expect(summary).toContain('<details><summary>Layers (linux/arm64)</summary>')
  expect(summary).toContain('| 12 B | `COPY a b` |\n| 14 B | `RUN a \\| b` |')
})
