import type { BuildOutcome } from '../../../../actions/build-image/src/build/build-or-reuse.ts'
import { buildRecord } from '../../../../actions/build-image/src/report/build-record.ts'
import { memoryDestination, memoryImage } from '../../../support/build-image/images.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const image = memoryImage('one')
const steps = [{ title: '[1/1] RUN make', cached: false, ms: 1500 }]
const built: BuildOutcome = {
  kind: 'built',
  built: { engine: 'docker', steps, local: async () => '', pack: async () => image },
  contentHash: 'abc',
}
const found: BuildOutcome = { kind: 'skipped', existing: { ...image, repository: 'a.test/web' }, contentHash: 'abc' }

const record = (outcome: BuildOutcome) =>
  buildRecord(
    {
      outcome,
      image,
      platforms: [
        {
          platform: 'linux/amd64',
          digest: image.digest,
          layers: [{ mediaType: 'layer', digest: 'sha256:1', size: 90 }],
          config: { rootfs: { diff_ids: [] } },
          size: 100,
        },
      ],
      previous: undefined,
      published: [
        {
          destination: memoryDestination('a.test', { tags: [{ tag: 'v1', current: undefined, immutable: false }] }),
          tally: { blobs: { present: 1, mounted: 0, sent: 2 }, sent: 42 },
        },
      ],
      references: ['a.test/acme/web:v1'],
      findings: { HIGH: 1 },
      stages: [{ name: 'Build', ms: 2500 }],
      startedAt: 1000,
    },
    recordingWorld({}).world,
  )

test('has all members of schema 1, with times in seconds', () => {
  expect(record(built)).toEqual({
    schema: 1,
    outcome: 'built',
    digest: image.digest,
    contentHash: 'abc',
    engine: 'docker',
    platforms: [{ platform: 'linux/amd64', digest: image.digest, size: 100, layers: 1 }],
    destinations: [
      { repository: 'a.test/acme/web', tags: ['v1'], blobs: { present: 1, mounted: 0, sent: 2 }, bytesSent: 42 },
    ],
    steps: [{ title: '[1/1] RUN make', cached: false, seconds: 1.5 }],
    stages: [{ name: 'Build', seconds: 2.5 }],
    findings: { HIGH: 1 },
    commit: {
      sha: '0123456789abcdef0123456789abcdef01234567',
      url: 'https://github.com/org/web/commit/0123456789abcdef0123456789abcdef01234567',
    },
    run: { url: 'https://github.com/org/web/actions/runs/7/attempts/1' },
    startedAt: '1970-01-01T00:00:01.000Z',
    finishedAt: '2026-01-01T00:00:00.000Z',
  })
})

test('an image that was not built has neither engine nor steps', () => {
  expect(record(found)).toMatchObject({ outcome: 'skipped', engine: undefined, steps: [] })
})
