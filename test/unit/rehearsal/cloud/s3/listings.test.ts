import { listObjects, listVersions } from '../../../../../rehearsal/cloud/s3/listings.ts'
import { add, type Bucket } from '../../../../../rehearsal/cloud/s3/model.ts'

function bucketOf(...keys: readonly string[]): Bucket {
  const bucket: Bucket = {
    ...{ name: 'b', account: '123456789012', region: 'eu-west-1', createdAt: 0, versioning: 'Enabled' },
    ...{ settings: new Map(), keys: new Map(), deletions: new Map() },
  }
  for (const key of keys) put(bucket, key)
  return bucket
}
const put = (bucket: Bucket, key: string, isDeleteMarker = false) =>
  add(bucket, { key, isDeleteMarker, lastModified: 0, etag: '"e"', body: Buffer.from('x'), headers: {} })

/** The values of one element of a listing, in order. */
const valuesOf = ({ body = '' }: { readonly body?: string | Buffer }, element: string) =>
  [...String(body).matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, value]) => value)
const list = (bucket: Bucket, query: Record<string, string>) => listObjects(bucket, new URLSearchParams(query))

test('lists keys by bytes, without those that are deleted', () => {
  const bucket = bucketOf('b', 'B', 'gone', 'a')
  put(bucket, 'gone', true)
  expect(valuesOf(list(bucket, { 'list-type': '2' }), 'Key')).toEqual(['B', 'a', 'b'])
  expect(valuesOf(list(bucket, { 'list-type': '2', prefix: 'b' }), 'Key')).toEqual(['b'])
})

test('groups keys up to the delimiter, each group once', () => {
  const answer = list(bucketOf('env/a/1', 'env/a/2', 'env/b/1', 'env/x'), { prefix: 'env/', delimiter: '/' })
  expect(valuesOf(answer, 'Key')).toEqual(['env/x'])
  expect(valuesOf(answer, 'Prefix')).toEqual(['env/', 'env/a/', 'env/b/'])
})

test('pages of ListObjectsV2 go on at their token, groups included', () => {
  const bucket = bucketOf('a', 'b/1', 'b/2', 'c')
  const query = { 'list-type': '2', delimiter: '/', 'max-keys': '2' }
  const first = list(bucket, query)
  expect([valuesOf(first, 'Key'), valuesOf(first, 'IsTruncated'), valuesOf(first, 'KeyCount')]).toEqual([
    ['a'],
    ['true'],
    ['2'],
  ])
  const second = list(bucket, { ...query, 'continuation-token': valuesOf(first, 'NextContinuationToken')[0] ?? '' })
  expect([valuesOf(second, 'Key'), valuesOf(second, 'IsTruncated')]).toEqual([['c'], ['false']])
})

test('pages of ListObjects go on after a marker', () => {
  const bucket = bucketOf('a', 'b', 'c')
  const first = list(bucket, { 'max-keys': '1' })
  expect(valuesOf(first, 'NextMarker')).toEqual(['a'])
  expect(valuesOf(list(bucket, { 'max-keys': '1', marker: 'a' }), 'Key')).toEqual(['b'])
})

test('encodes keys where that is asked for', () => {
  expect(valuesOf(list(bucketOf('a b/ü'), { 'encoding-type': 'url' }), 'Key')).toEqual(['a%20b/%C3%BC'])
})

test('lists versions and delete markers, the newest of each key first', () => {
  const bucket = bucketOf('a', 'a')
  put(bucket, 'a', true)
  const answer = listVersions(bucket, new URLSearchParams({ prefix: 'a' }))
  expect(valuesOf(answer, 'IsLatest')).toEqual(['false', 'false', 'true'])
  expect(String(answer.body).match(/<DeleteMarker>/g)).toHaveLength(1)
  const ids = (bucket.keys.get('a') ?? []).map(({ versionId }) => versionId)
  expect(valuesOf(answer, 'VersionId')).toEqual([ids[1], ids[0], ids[2]])
})
