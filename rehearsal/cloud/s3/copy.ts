import type { Answer, Caller, Request } from '../kernel/call.ts'
import type { Buckets } from './buckets.ts'
import type { Bucket } from './model.ts'
import { find, keptHeaders, store } from './objects.ts'
import { checkWrite } from './request/conditions.ts'
import { xmlAnswer } from './xml.ts'

/** CopyObject: `x-amz-copy-source` is `bucket/key`, optionally with `?versionId=`. */
export function copyObject(
  buckets: Buckets,
  bucket: Bucket,
  key: string,
  request: Request,
  caller: Caller,
  now: number,
): Answer {
  const [path = '', query] = String(request.headers['x-amz-copy-source']).replace(/^\//, '').split('?')
  const [sourceBucket = '', ...sourceKey] = decodeURIComponent(path).split('/')
  const versionId = new URLSearchParams(query).get('versionId')
  const source = find(buckets.open(sourceBucket, caller, 'GetObject'), sourceKey.join('/'), versionId)
  checkWrite(bucket, key, request.headers, request.arrived)
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE'
  const copy = store(bucket, key, source.body, replaces ? keptHeaders(request) : source.headers, now)
  return xmlAnswer('CopyObjectResult', { ETag: copy.etag, LastModified: new Date(now) })
}
