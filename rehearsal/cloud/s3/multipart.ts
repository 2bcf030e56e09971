import { createHash, randomBytes } from 'node:crypto'
import type { Answer, Request } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import { add, type Bucket, etagOf, type Version } from './model.ts'
import { keptHeaders } from './objects.ts'
import { checkWrite } from './request/conditions.ts'
import { readPayload } from './request/payload.ts'
import { readXml, xmlAnswer } from './xml.ts'

interface Upload {
  readonly bucket: Bucket
  readonly key: string
  readonly headers: Version['headers']
  readonly parts: Map<number, Buffer>
}

/** Multipart uploads. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>()

  create(bucket: Bucket, key: string, request: Request): Answer {
    const id = randomBytes(24).toString('base64url')
    this.#uploads.set(id, { bucket, key, headers: keptHeaders(request), parts: new Map() })
    return xmlAnswer('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id })
  }

  put(bucket: Bucket, key: string, { url, headers, body: raw }: Request): Answer {
    const { body, checksums } = readPayload(headers, raw)
    this.#find(bucket, key, url).parts.set(Number(url.searchParams.get('partNumber')), body)
    return { status: 200, headers: { etag: etagOf(body), ...checksums } }
  }

  complete(bucket: Bucket, key: string, request: Request, now: number): Answer {
    const upload = this.#find(bucket, key, request.url)
    checkWrite(bucket, key, request.headers, request.arrived)
    const parts = wanted(request.body).map(({ number, etag }) => {
      const part = upload.parts.get(number)
      if (part === undefined || etagOf(part).replaceAll('"', '') !== etag) throw invalidPart()
      return part
    })
    const digests = Buffer.concat(parts.map((part) => createHash('md5').update(part).digest()))
    const etag = `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`
    const body = Buffer.concat(parts)
    const version = add(bucket, { key, body, headers: upload.headers, etag, lastModified: now, isDeleteMarker: false })
    this.abort(bucket, key, request)
    const answer = xmlAnswer('CompleteMultipartUploadResult', {
      Location: request.url.origin + request.url.pathname,
      Bucket: bucket.name,
      Key: key,
      ETag: etag,
    })
    const versionId = version.versionId === 'null' ? {} : { 'x-amz-version-id': version.versionId }
    return { ...answer, headers: { ...answer.headers, ...versionId } }
  }

  abort(bucket: Bucket, key: string, { url }: Request): Answer {
    this.#find(bucket, key, url)
    this.#uploads.delete(url.searchParams.get('uploadId') ?? '')
    return { status: 204 }
  }

  #find(bucket: Bucket, key: string, url: URL): Upload {
    const upload = this.#uploads.get(url.searchParams.get('uploadId') ?? '')
    if (upload?.bucket === bucket && upload.key === key) return upload
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
    )
  }
}

function wanted(body: Buffer): readonly { readonly number: number; readonly etag: string }[] {
  const { Part } = readXml(body, 'CompleteMultipartUpload') as { Part?: unknown }
  const parts = (Array.isArray(Part) ? Part : [Part]) as { PartNumber?: string; ETag?: string }[]
  return parts.map(({ PartNumber = '', ETag = '' } = {}) => ({
    number: Number(PartNumber),
    etag: ETag.replaceAll('&quot;', '').replaceAll('"', ''),
  }))
}

const invalidPart = () =>
  new AwsError(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  )
