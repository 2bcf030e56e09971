import { AuthTokens } from '../../../../../rehearsal/cloud/ecr/auth-tokens.ts'
import { readPath } from '../../../../../rehearsal/cloud/ecr/distribution-path.ts'
import { readManifest } from '../../../../../rehearsal/cloud/ecr/manifest.ts'
import { findImage, isImmutable, type Repository, tagsOf } from '../../../../../rehearsal/cloud/ecr/model.ts'
import { RegistryHosts } from '../../../../../rehearsal/cloud/ecr/registry-hosts.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'

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

test("a manifest's size includes its layers and configuration", () => {
  const config = { mediaType: 'c', digest: 'sha256:c', size: 10 }
  const layers = [
    { mediaType: 'l', digest: 'sha256:l', size: 100 },
    { mediaType: 'l', digest: 'sha256:m', size: 1000 },
  ]
  const image = readManifest(
    Buffer.from(JSON.stringify({ config, layers })),
    'application/vnd.oci.image.manifest.v1+json',
  )
  expect(image).toMatchObject({ sizeInBytes: 1110, artifactMediaType: 'c', children: [] })
  const index = { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [config] }
  expect(readManifest(Buffer.from(JSON.stringify(index)))).toMatchObject({ children: ['sha256:c'], layers: [] })
})

test.each(['{', '[]x', '"text"', '{}'])('%j is refused as a manifest', (text) => {
  expect(() => readManifest(Buffer.from(text))).toThrow(/ImageManifest/)
})

test.each([
  ['/v2/', { kind: 'base' }],
  ['/v2', { kind: 'base' }],
  ['/v2/_catalog', { kind: 'catalog' }],
  ['/v2/a/b/tags/list', { kind: 'tags', name: 'a/b' }],
  ['/v2/a/manifests/v1', { kind: 'manifest', name: 'a', reference: 'v1' }],
  ['/v2/a/blobs/sha256:0', { kind: 'blob', name: 'a', reference: 'sha256:0' }],
  ['/v2/a/blobs/uploads/', { kind: 'upload', name: 'a', tail: 'blobs/uploads/' }],
  ['/v2/a/blobs/uploads/id', { kind: 'upload', name: 'a', tail: 'blobs/uploads/id' }],
  ['/v2/manifests/manifests/v1', { kind: 'manifest', name: 'manifests', reference: 'v1' }],
])('%s is understood', (path, expected) => {
  expect(readPath(path)).toMatchObject(expected)
})

test('paths that the API does not have are unknown', () => {
  for (const path of ['/v2/a', '/v2/a/manifests/', '/v2/a/manifests/x/y']) expect(readPath(path)).toBeUndefined()
})

test('every registry has its own address, opened once', async () => {
  const opened: string[] = []
  const hosts = new RegistryHosts(async (address) => {
    opened.push(address)
    return 4566
  })
  const scopes = [
    { account: '1', region: 'us-east-1' },
    { account: '2', region: 'us-east-1' },
    { account: '1', region: 'eu-west-1' },
  ]
  const found = await Promise.all([...scopes, ...scopes].map((scope) => hosts.of(scope)))
  expect(new Set(found)).toEqual(new Set(['127.0.0.1:4566', '127.0.0.2:4566', '127.0.0.3:4566']))
  expect(opened).toHaveLength(3)
  expect(hosts.scopeAt('127.0.0.2:4566')).toEqual(scopes[1])
  expect(hosts.scopeAt('localhost:4566')).toEqual(scopes[0])
  expect(hosts.scopeAt('127.0.0.9:4566')).toBeUndefined()
})

test('a token is valid for twelve hours, or until it is expired by hand', async () => {
  const clock = new ManualClock()
  const tokens = new AuthTokens(clock)
  const holder = { account: '1', region: 'us-east-1', arn: 'arn', role: undefined }
  const { password } = tokens.issue(holder)
  await clock.advance(12 * 3_600_000 - 1)
  expect(tokens.check(password)).toEqual({ state: 'good', holder })
  await clock.advance(1)
  expect(tokens.check(password).state).toBe('expired')
  const second = tokens.issue(holder).password
  expect(tokens.expire('2')).toBe(0)
  expect(tokens.expire()).toBe(1)
  expect(tokens.check(second).state).toBe('expired')
  expect(tokens.check('made up').state).toBe('unknown')
})
