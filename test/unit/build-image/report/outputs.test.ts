import type { BuildOutcome } from '../../../../actions/build-image/src/build/build-or-reuse.ts'
import type { BuildRecord } from '../../../../actions/build-image/src/report/build-record.ts'
import { reportLocal, reportPublished } from '../../../../actions/build-image/src/report/outputs.ts'
import type { PublishReport } from '../../../../actions/build-image/src/report/publish-report.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const image = memoryImage('one')
const existing = { ...image, repository: 'a.test/acme/web' }
const steps = [{ title: '[1/1] RUN make', cached: false, ms: 1500 }]
const built = { engine: 'docker' as const, steps, local: async () => '', pack: async () => image }

async function publish(outcome: BuildOutcome) {
  const { world, outputs, summaries } = recordingWorld({})
  const tags = [{ tag: 'v1', current: undefined, immutable: false }]
  const report: PublishReport = {
    outcome,
    image,
    platforms: ['linux/amd64', 'linux/arm64'].map((platform, at) => ({
      platform,
      digest: image.digest,
      layers: [],
      config: { rootfs: { diff_ids: [] } },
      size: 100 + at,
    })),
    previous: undefined,
    published: ['a.test', 'b.test'].map((host) => ({
      destination: memoryDestination(host, { tags }),
      tally: { blobs: { present: 1, mounted: 0, sent: 2 }, sent: 42 },
    })),
    references: ['a.test/acme/web:v1', 'b.test/acme/web:v1'],
    findings: { HIGH: 1 },
    stages: [{ name: 'Build', ms: 2000 }],
    startedAt: 1000,
  }
  await reportPublished(report, world)
  return { outputs, summary: summaries.join('') }
}

test.each<[BuildOutcome, boolean, string]>([
  [{ kind: 'built', built, contentHash: 'abc' }, false, 'built'],
  [{ kind: 'skipped', existing, contentHash: 'abc' }, true, 'unchanged, not built again'],
  [{ kind: 'promoted', existing, contentHash: undefined }, false, 'promoted'],
])('sets the outputs and the record of an image: $kind', async (outcome, skipped, title) => {
  const { outputs, summary } = await publish(outcome)
  const { 'build-record': record, ...rest } = outputs
  const images = ['a.test', 'b.test'].map((host) => `${host}/acme/web@${image.digest}`)
  expect(rest).toEqual({
    image: images[0],
    digest: image.digest,
    images,
    tags: ['a.test/acme/web:v1', 'b.test/acme/web:v1'],
    skipped,
    size: 101,
    'content-hash': outcome.contentHash ?? '',
  })
  expect(record as BuildRecord).toMatchObject({
    schema: 1,
    outcome: outcome.kind,
    engine: outcome.kind === 'built' ? 'docker' : undefined,
    steps: outcome.kind === 'built' ? [{ title: '[1/1] RUN make', cached: false, seconds: 1.5 }] : [],
    destinations: [
      { repository: 'a.test/acme/web', tags: ['v1'], blobs: { present: 1, mounted: 0, sent: 2 }, bytesSent: 42 },
      { repository: 'b.test/acme/web' },
    ],
    platforms: [{ platform: 'linux/amd64', size: 100, layers: 0 }, { size: 101 }],
    stages: [{ name: 'Build', seconds: 2 }],
    findings: { HIGH: 1 },
    startedAt: '1970-01-01T00:00:01.000Z',
  })
  expect(summary).toContain(`### Image \`web\`: ${title}\n`)
})

test('an image that stays in the engine has no digest', () => {
  const { world, outputs } = recordingWorld({})
  reportLocal(['a.test/web:v1', 'a.test/web:v2'], world)
  expect(outputs).toEqual({ image: 'a.test/web:v1', tags: ['a.test/web:v1', 'a.test/web:v2'], skipped: false })
})
