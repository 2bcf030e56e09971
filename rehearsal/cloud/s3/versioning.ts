import type { Answer, Request } from '../kernel/call.ts'
import { malformedXml } from './errors.ts'
import type { Bucket } from './model.ts'
import { readXml, xmlAnswer } from './xml.ts'

/** Reads or sets whether a bucket keeps the versions of its objects. */
export function versioningAnswer(bucket: Bucket, { method, body }: Request): Answer {
  if (method === 'GET') {
    return xmlAnswer('VersioningConfiguration', bucket.versioning === undefined ? {} : { Status: bucket.versioning })
  }
  const { Status } = readXml(body, 'VersioningConfiguration')
  if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml()
  bucket.versioning = Status
  return { status: 200 }
}
