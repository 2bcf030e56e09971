import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { AwsError } from '../../kernel/errors.ts'
import { badDigest } from '../errors.ts'

/** A request's decoded body and its checksums. */
export interface Payload {
  readonly body: Buffer
  /** By header name, such as `x-amz-checksum-crc32`. */
  readonly checksums: Readonly<Record<string, string>>
}

const CHECKSUM = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/

/** Decodes a body that may be `aws-chunked`, and verifies its checksums. */
export function readPayload(headers: IncomingHttpHeaders, raw: Buffer): Payload {
  const chunked = /aws-chunked/.test(headers['content-encoding'] ?? '') || isStreaming(headers)
  const { body, trailers } = chunked ? decodeChunks(raw) : { body: raw, trailers: {} }
  const sent = { ...headers, ...trailers }
  const checksums = Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) => (CHECKSUM.test(name) ? [[name, String(value)]] : [])),
  )
  for (const [name, value] of Object.entries(checksums)) {
    const actual = checksumOf(name.replace('x-amz-checksum-', ''), body)
    if (actual !== undefined && actual !== value) throw badDigest()
  }
  const md5 = headers['content-md5']
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) throw badDigest()
  return { body, checksums }
}

const isStreaming = (headers: IncomingHttpHeaders) =>
  String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')

/** `undefined` for the two algorithms that Node does not have. They are not checked. */
function checksumOf(algorithm: string, body: Buffer): string | undefined {
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm).update(body).digest('base64')
  if (algorithm !== 'crc32') return undefined
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(body))
  return bytes.toString('base64')
}

/** `SIZE;chunk-signature=…\r\n` DATA `\r\n` …, then a chunk of size 0, then trailing headers. Signatures are not checked. */
function decodeChunks(raw: Buffer): { readonly body: Buffer; readonly trailers: Record<string, string> } {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const end = raw.indexOf('\r\n', at)
    const size = end < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, end), 16)
    if (Number.isNaN(size) || end + 2 + size > raw.length) throw incomplete()
    at = end + 2
    if (size === 0) break
    chunks.push(raw.subarray(at, at + size))
    at += size + 2
  }
  return { body: Buffer.concat(chunks), trailers: readTrailers(raw.toString('latin1', at)) }
}

function readTrailers(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

const incomplete = () =>
  new AwsError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header')
