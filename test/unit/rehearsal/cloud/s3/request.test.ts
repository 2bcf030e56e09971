import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { actionOf } from '../../../../../rehearsal/cloud/s3/request/action.ts'
import { readAddress } from '../../../../../rehearsal/cloud/s3/request/address.ts'
import { readRange } from '../../../../../rehearsal/cloud/s3/request/conditions.ts'
import { readPayload } from '../../../../../rehearsal/cloud/s3/request/payload.ts'
import { readXml, xmlAnswer } from '../../../../../rehearsal/cloud/s3/xml.ts'

const streaming = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }

/** A body as the SDK sends it in chunks of these sizes. */
function chunked(body: Buffer, size: number, trailer = ''): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size)
    parts.push(
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=${'0'.repeat(64)}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    )
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailer}\r\n`)])
}

test('chunked bodies arrive whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 200 }), (bytes, size) => {
      const body = Buffer.from(bytes)
      expect(readPayload(streaming, chunked(body, size)).body.equals(body)).toBe(true)
    }),
  )
})

test('a checksum in the trailer is verified', () => {
  const body = Buffer.from('hello')
  const sha256 = createHash('sha256').update(body).digest('base64')
  expect(readPayload(streaming, chunked(body, 3, `x-amz-checksum-sha256:${sha256}\r\n`))).toEqual({
    body,
    checksums: { 'x-amz-checksum-sha256': sha256 },
  })
  expect(() => readPayload(streaming, chunked(body, 3, 'x-amz-checksum-sha256:AAAA\r\n'))).toThrow(/did not match/)
})

test.each([
  ['x-amz-checksum-crc32', 'NhCmhg=='],
  ['x-amz-checksum-sha1', 'qvTGHdzF6KLavt4PO0gs2a6pQ00='],
  ['content-md5', 'XUFAKrxLKna5cZ2REBfFkg=='],
])('%s is checked', (name, right) => {
  expect(readPayload({ [name]: right }, Buffer.from('hello')).body.toString()).toBe('hello')
  expect(() => readPayload({ [name]: right }, Buffer.from('hullo'))).toThrow(/did not match/)
})

test.each(['5\r\nhel', 'zz\r\n', ''])('incomplete chunks are refused (%j)', (raw) => {
  expect(() => readPayload(streaming, Buffer.from(raw))).toThrow(/number of bytes/)
})

const head = (method: string, url: string, headers: Record<string, string> = {}) => ({
  method,
  url: new URL(url),
  headers,
})

test.each([
  ['http://127.0.0.1:4566/bucket/a/b%20c', { bucket: 'bucket', key: 'a/b c' }],
  ['http://127.0.0.1:4566/bucket', { bucket: 'bucket', key: '' }],
  ['http://127.0.0.1:4566/', { bucket: '', key: '' }],
  ['http://bucket.localhost:4566/a/b', { bucket: 'bucket', key: 'a/b' }],
  ['http://my.bucket.s3.eu-west-1.amazonaws.com/k', { bucket: 'my.bucket', key: 'k' }],
])('%s is understood', (url, expected) => {
  expect(readAddress(head('GET', url))).toEqual(expected)
})

test.each([
  ['GET', '/', 'ListBuckets'],
  ['PUT', '/b', 'CreateBucket'],
  ['GET', '/b?list-type=2&prefix=x', 'ListObjectsV2'],
  ['GET', '/b?versions', 'ListObjectVersions'],
  ['GET', '/b?policy', 'GetBucketPolicy'],
  ['PUT', '/b?publicAccessBlock', 'PutPublicAccessBlock'],
  ['POST', '/b?delete', 'DeleteObjects'],
  ['PUT', '/b/k', 'PutObject'],
  ['HEAD', '/b/k', 'HeadObject'],
  ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
  ['PUT', '/b/k?partNumber=1&uploadId=x', 'UploadPart'],
])('%s %s is %s', (method, path, action) => {
  expect(actionOf(head(method, `http://127.0.0.1${path}`))).toBe(action)
})

test.each([
  ['bytes=0-9', { start: 0, end: 9 }],
  ['bytes=90-', { start: 90, end: 99 }],
  ['bytes=-5', { start: 95, end: 99 }],
  ['bytes=50-500', { start: 50, end: 99 }],
  [undefined, undefined],
  ['lines=1-2', undefined],
])('of 100 bytes, %s is %j', (header, range) => {
  expect(readRange(header, 100)).toEqual(range)
})

test('a range past the end is refused', () => {
  expect(() => readRange('bytes=100-', 100)).toThrow(/not satisfiable/)
})

test('written XML is read back', () => {
  const { body } = xmlAnswer('Root', { Name: '<&">', Item: [{ Key: 'a b' }, { Key: 'ü' }], None: undefined })
  expect(readXml(Buffer.from(String(body)), 'Root')).toMatchObject({
    Name: '<&">',
    Item: [{ Key: 'a b' }, { Key: 'ü' }],
  })
  expect(() => readXml(Buffer.from('<Other/>'), 'Root')).toThrow(/not well-formed/)
})
