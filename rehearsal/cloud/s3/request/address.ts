import type { RequestHead } from '../../kernel/call.ts'

/** Bucket and key of a request; empty for none. */
export interface Address {
  readonly bucket: string
  readonly key: string
}

/** Reads both of S3's styles: `/bucket/key`, and the bucket as the first part of the host's name. */
export function readAddress({ url }: RequestHead): Address {
  const path = decodeURIComponent(url.pathname.slice(1))
  const host = virtualBucket(url.hostname)
  if (host !== undefined) return { bucket: host, key: path }
  const slash = path.indexOf('/')
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
}

/** `bucket.localhost`, `bucket.s3.us-east-1.amazonaws.com`: a name before a known end. */
function virtualBucket(hostname: string): string | undefined {
  return /^(.+?)\.(?:localhost|s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com)$/.exec(hostname)?.[1]
}
