import { readManifest } from '../../../../../rehearsal/cloud/ecr/manifest.ts'
import { findImage, isImmutable, type Repository, statusOf, tagsOf } from '../../../../../rehearsal/cloud/ecr/model.ts'

const repository = (more: Partial<Repository> = {}): Repository => ({
  scope: { account: '1', region: 'us-east-1' },
  name: 'web',
  arn: 'arn',
  uri: 'host/web',
  storePath: '/v2/x',
  createdAt: 0,
  encryption: {},
  mutability: 'MUTABLE',
  exclusions: [],
  scanOnPush: false,
  policy: undefined,
  lifecycle: undefined,
  resourceTags: new Map(),
  images: new Map(),
  tags: new Map(),
  ...more,
})

test.each([
  ['MUTABLE', 'v1', false],
  ['IMMUTABLE', 'v1', true],
  ['IMMUTABLE_WITH_EXCLUSION', 'v1', true],
  ['IMMUTABLE_WITH_EXCLUSION', 'latest-arm', false],
  ['MUTABLE_WITH_EXCLUSION', 'latest-arm', true],
  ['IMMUTABLE_WITH_EXCLUSION', 'thelatest', true],
] as const)('in a repository that is %s, the tag %s is immutable: %s', (mutability, tag, immutable) => {
  const exclusions = mutability.endsWith('EXCLUSION') ? [{ filterType: 'WILDCARD', filter: 'latest*' } as const] : []
  expect(isImmutable(repository({ mutability, exclusions }), tag)).toBe(immutable)
})

test('an image is found by digest, by tag, and by both if they match', () => {
  const manifest = readManifest(Buffer.from('{"mediaType":"m"}'))
  const image = { digest: 'sha256:a', manifest, pushedAt: 0, lastPulledAt: undefined, scan: undefined }
  const it = repository({
    images: new Map([['sha256:a', image]]),
    tags: new Map([
      ['v1', 'sha256:a'],
      ['latest', 'sha256:a'],
    ]),
  })
  expect(tagsOf(it, 'sha256:a')).toEqual(['v1', 'latest'])
  expect(findImage(it, { imageTag: 'v1' })).toBe(image)
  expect(findImage(it, { imageDigest: 'sha256:a', imageTag: 'v1' })).toBe(image)
  expect(findImage(it, { imageDigest: 'sha256:b', imageTag: 'v1' })).toBeUndefined()
  expect(findImage(it, { imageTag: 'v2' })).toBeUndefined()
})

test.each([
  ['ACTIVE', {}, 0],
  ['ARCHIVED', { archivedAt: 5 }, 10],
  ['ACTIVATING', { archivedAt: 5, restoredAt: 10 }, 10],
  ['ACTIVE', { archivedAt: 5, restoredAt: 10 }, 10 + 20 * 60_000],
])('an image is %s with %j at %i', (status, times, now) => {
  const manifest = readManifest(Buffer.from('{"mediaType":"m"}'))
  const image = { digest: 'sha256:a', manifest, pushedAt: 0, lastPulledAt: undefined, scan: undefined, ...times }
  expect(statusOf(image, now)).toBe(status)
})
