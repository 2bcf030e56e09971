import type { Answer } from '../kernel/call.ts'
import { type Bucket, current, sortedKeys, type Version } from './model.ts'
import { type Elements, xmlAnswer } from './xml.ts'

const MOST = 1000

interface Asked {
  readonly prefix: string
  readonly delimiter: string
  readonly maxKeys: number
  readonly encode: (key: string) => string
}

function readAsked(query: URLSearchParams): Asked {
  const url = query.get('encoding-type') === 'url'
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(MOST, Number(query.get('max-keys') ?? MOST)),
    encode: (key) => (url ? encodeURIComponent(key).replaceAll('%2F', '/') : key),
  }
}

/** ListObjectsV2, and the older ListObjects, which differ in how the next page is requested. */
export function listObjects(bucket: Bucket, query: URLSearchParams): Answer {
  const second = query.get('list-type') === '2'
  const asked = readAsked(query)
  const after = second ? (readToken(query) ?? query.get('start-after') ?? '') : (query.get('marker') ?? '')
  const { contents, prefixes, last, truncated } = pageOf(bucket, asked, after)
  const keyCount = contents.length + prefixes.length
  const next = second
    ? { NextContinuationToken: Buffer.from(last).toString('base64') }
    : { NextMarker: asked.encode(last) }
  return xmlAnswer('ListBucketResult', {
    Name: bucket.name,
    Prefix: asked.encode(asked.prefix),
    ...(asked.delimiter === '' ? {} : { Delimiter: asked.encode(asked.delimiter) }),
    MaxKeys: asked.maxKeys,
    ...(query.has('encoding-type') ? { EncodingType: 'url' } : {}),
    ...(second ? { KeyCount: keyCount } : { Marker: asked.encode(after) }),
    IsTruncated: truncated,
    ...(truncated ? next : {}),
    Contents: contents.map((version) => ({ ...summary(version, asked), StorageClass: 'STANDARD' })),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: asked.encode(prefix) })),
  })
}

/** ListObjectVersions, in one page. Terraform empties a bucket with it. */
export function listVersions(bucket: Bucket, query: URLSearchParams): Answer {
  const asked = readAsked(query)
  const all = sortedKeys(bucket)
    .filter((key) => key.startsWith(asked.prefix))
    .flatMap((key) => [...(bucket.keys.get(key) ?? [])].reverse().map((version, i) => ({ version, isLatest: i === 0 })))
  const rows = (markers: boolean) =>
    all
      .filter(({ version }) => version.isDeleteMarker === markers)
      .map(({ version, isLatest }) => ({
        ...(markers
          ? { Key: asked.encode(version.key), LastModified: new Date(version.lastModified) }
          : summary(version, asked)),
        VersionId: version.versionId,
        IsLatest: isLatest,
        ...(markers ? {} : { StorageClass: 'STANDARD' }),
      }))
  return xmlAnswer('ListVersionsResult', {
    Name: bucket.name,
    Prefix: asked.encode(asked.prefix),
    MaxKeys: asked.maxKeys,
    IsTruncated: false,
    Version: rows(false),
    DeleteMarker: rows(true),
  })
}

function pageOf(bucket: Bucket, { prefix, delimiter, maxKeys }: Asked, after: string) {
  const contents: Version[] = []
  const prefixes: string[] = []
  let last = after
  for (const key of sortedKeys(bucket)) {
    const version = current(bucket, key)
    if (version === undefined || !key.startsWith(prefix)) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length)
    const place = group ?? key
    if (place <= after || place === prefixes.at(-1)) continue
    if (contents.length + prefixes.length === maxKeys) return { contents, prefixes, last, truncated: true }
    if (group === undefined) contents.push(version)
    else prefixes.push(group)
    last = place
  }
  return { contents, prefixes, last, truncated: false }
}

const summary = ({ key, lastModified, etag, body }: Version, { encode }: Asked): Elements => ({
  Key: encode(key),
  LastModified: new Date(lastModified),
  ETag: etag,
  Size: body.length,
})

function readToken(query: URLSearchParams): string | undefined {
  const token = query.get('continuation-token')
  return token === null ? undefined : Buffer.from(token, 'base64').toString()
}
