import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { readPayload } from '../../../../../../rehearsal/cloud/s3/request/payload.ts'

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
