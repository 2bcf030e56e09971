import { createHash, randomBytes } from 'node:crypto'

/** One version of an object, or the marker that it was deleted. */
export interface Version {
  readonly key: string
  /** `null` in a bucket without versioning. */
  readonly versionId: string
  readonly isDeleteMarker: boolean
  readonly lastModified: number
  readonly etag: string
  readonly body: Buffer
  /** Headers of PutObject that GetObject returns: content type, user metadata, checksums and others. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Bucket {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly createdAt: number
  versioning: 'Enabled' | 'Suspended' | undefined
  /** Settings of the bucket, as the XML or JSON of the request. They are returned and have no effect. */
  readonly settings: Map<string, Buffer>
  /** Versions by key, the newest last. */
  readonly keys: Map<string, Version[]>
  /** Time of each key's last delete (`performance.now()`). A conditional write that began earlier is a conflict. */
  readonly deletions: Map<string, number>
}

export const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`

/** The newest version of `key`; `undefined` if that is a delete marker. */
export function current(bucket: Bucket, key: string): Version | undefined {
  const newest = bucket.keys.get(key)?.at(-1)
  return newest?.isDeleteMarker ? undefined : newest
}

/** Adds a version. Without versioning it replaces the earlier one. */
export function add(bucket: Bucket, version: Omit<Version, 'versionId'>): Version {
  const versionId = bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null'
  const added: Version = { ...version, versionId }
  const versions = bucket.keys.get(version.key) ?? []
  const kept = versionId === 'null' ? versions.filter((other) => other.versionId !== 'null') : versions
  bucket.keys.set(version.key, [...kept, added])
  return added
}

/** Removes one version permanently. */
export function removeVersion(bucket: Bucket, key: string, versionId: string): Version | undefined {
  const versions = bucket.keys.get(key) ?? []
  const gone = versions.find((version) => version.versionId === versionId)
  const kept = versions.filter((version) => version !== gone)
  if (kept.length === 0) bucket.keys.delete(key)
  else bucket.keys.set(key, kept)
  return gone
}

export const sortedKeys = (bucket: Bucket) =>
  [...bucket.keys.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
