import type { Answer, Request } from '../kernel/call.ts'
import { methodNotAllowed, noSuchKey, noSuchVersion } from './errors.ts'
import { add, type Bucket, current, etagOf, removeVersion, type Version } from './model.ts'
import { checkWrite, isNotModified, readRange } from './request/conditions.ts'
import { readPayload } from './request/payload.ts'

// Headers that are stored with an object.
const KEPT =
  /^(content-type|content-disposition|content-language|cache-control|expires|x-amz-meta-.*|x-amz-storage-class|x-amz-server-side-encryption.*|x-amz-website-redirect-location)$/

export function putObject(bucket: Bucket, key: string, request: Request, now: number): Answer {
  const { body, checksums } = readPayload(request.headers, request.body)
  checkWrite(bucket, key, request.headers, request.arrived)
  const version = store(bucket, key, body, { ...keptHeaders(request), ...checksums }, now)
  return { status: 200, headers: { etag: version.etag, ...checksums, ...written(version) } }
}

export function store(bucket: Bucket, key: string, body: Buffer, headers: Version['headers'], now: number): Version {
  return add(bucket, { key, body, headers, etag: etagOf(body), lastModified: now, isDeleteMarker: false })
}

export function keptHeaders({ headers }: Request): Record<string, string> {
  const kept = Object.entries(headers).flatMap(([name, value]) => (KEPT.test(name) ? [[name, String(value)]] : []))
  const encoding = String(headers['content-encoding'] ?? '').replace(/(^|,\s*)aws-chunked/, '')
  return { ...Object.fromEntries(kept), ...(encoding === '' ? {} : { 'content-encoding': encoding }) }
}

/** GetObject and HeadObject. */
export function getObject(bucket: Bucket, key: string, { url, headers }: Request): Answer {
  const version = find(bucket, key, url.searchParams.get('versionId'))
  const facts = describe(version, headers['x-amz-checksum-mode'] !== undefined && headers.range === undefined)
  if (isNotModified(version, headers)) return { status: 304, headers: facts }
  const range = readRange(headers.range, version.body.length)
  if (range === undefined) return { status: 200, headers: facts, body: version.body }
  const { start, end } = range
  return {
    status: 206,
    headers: { ...facts, 'content-range': `bytes ${start}-${end}/${version.body.length}` },
    body: version.body.subarray(start, end + 1),
  }
}

/** Removes an object, marks it as deleted, or removes one of its versions permanently. */
export function deleteObject(bucket: Bucket, key: string, versionId: string | null, now: number): Version | undefined {
  bucket.deletions.set(key, performance.now())
  if (versionId !== null) return removeVersion(bucket, key, versionId)
  if (bucket.versioning === undefined) {
    bucket.keys.delete(key)
    return undefined
  }
  return add(bucket, { key, body: Buffer.alloc(0), headers: {}, etag: '', lastModified: now, isDeleteMarker: true })
}

export function deletedHeaders(version: Version | undefined): Record<string, string> {
  if (version === undefined) return {}
  return { ...written(version), ...(version.isDeleteMarker ? { 'x-amz-delete-marker': 'true' } : {}) }
}

export function find(bucket: Bucket, key: string, versionId: string | null): Version {
  if (versionId === null) {
    const version = current(bucket, key)
    if (version === undefined) throw noSuchKey(key)
    return version
  }
  const version = bucket.keys.get(key)?.find((one) => one.versionId === versionId)
  if (version === undefined) throw noSuchVersion(key, versionId)
  if (version.isDeleteMarker) throw methodNotAllowed('GET')
  return version
}

function describe(version: Version, withChecksums: boolean): Record<string, string> {
  const kept = Object.entries(version.headers).filter(([name]) => withChecksums || !name.startsWith('x-amz-checksum-'))
  return {
    'content-type': 'binary/octet-stream',
    'accept-ranges': 'bytes',
    etag: version.etag,
    'last-modified': new Date(version.lastModified).toUTCString(),
    ...Object.fromEntries(kept),
    ...written(version),
  }
}

const written = ({ versionId, headers }: Version): Record<string, string> => ({
  'x-amz-server-side-encryption': headers['x-amz-server-side-encryption'] ?? 'AES256',
  ...(versionId === 'null' ? {} : { 'x-amz-version-id': versionId }),
})
