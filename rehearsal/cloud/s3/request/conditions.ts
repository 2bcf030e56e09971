import type { IncomingHttpHeaders } from 'node:http'
import { AwsError } from '../../kernel/errors.ts'
import { conditionalConflict, noSuchKey, notImplemented, preconditionFailed } from '../errors.ts'
import { type Bucket, current, type Version } from '../model.ts'

/** Checks the conditions of a write. A delete since `arrived`, the start of the request, is a conflict. */
export function checkWrite(bucket: Bucket, key: string, headers: IncomingHttpHeaders, arrived: number): void {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch === undefined && ifNoneMatch === undefined) return
  const there = current(bucket, key)
  const deletedAt = bucket.deletions.get(key)
  if (deletedAt !== undefined && deletedAt > arrived) throw conditionalConflict(key)
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw notImplemented('If-None-Match with anything but * on a write; neither has AWS')
    if (there !== undefined) throw preconditionFailed('If-None-Match')
  }
  if (ifMatch !== undefined) {
    if (there === undefined) throw noSuchKey(key)
    if (!matches(ifMatch, there)) throw preconditionFailed('If-Match')
  }
}

/** Checks the condition of a delete. */
export function checkDelete(bucket: Bucket, key: string, headers: IncomingHttpHeaders): void {
  const ifMatch = headers['if-match']
  if (ifMatch === undefined) return
  const there = current(bucket, key)
  if (there === undefined) throw noSuchKey(key)
  if (!matches(ifMatch, there)) throw preconditionFailed('If-Match')
}

/** Checks the conditions of a read. Returns `true` for 304 Not Modified. */
export function isNotModified(version: Version, headers: IncomingHttpHeaders): boolean {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch !== undefined && !matches(ifMatch, version)) throw preconditionFailed('If-Match')
  return ifNoneMatch !== undefined && matches(ifNoneMatch, version)
}

const matches = (condition: string, { etag }: Version) =>
  condition === '*' || condition.split(',').some((one) => unquoted(one) === unquoted(etag))

const unquoted = (etag: string) => etag.trim().replaceAll('"', '')

/** `bytes=0-99`, `bytes=100-` or `bytes=-100`; anything else is read as no range. */
export function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (start >= size || start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  return { start, end }
}
