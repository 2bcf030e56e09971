import type { Answer, Request } from '../kernel/call.ts'
import { malformedXml } from './errors.ts'
import type { Bucket } from './model.ts'
import { deleteObject } from './objects.ts'
import { readPayload } from './request/payload.ts'
import { readXml, xmlAnswer } from './xml.ts'

const MOST = 1000

/** DeleteObjects: up to a thousand keys in one request. */
export function deleteObjects(bucket: Bucket, { headers, body }: Request, now: number): Answer {
  const asked = readXml(readPayload(headers, body).body, 'Delete') as { Object?: unknown; Quiet?: unknown }
  const objects = (asked.Object ?? []) as readonly { readonly Key?: string; readonly VersionId?: string }[]
  if (objects.length === 0 || objects.length > MOST) throw malformedXml()
  const deleted = objects.map(({ Key = '', VersionId }) => {
    const gone = deleteObject(bucket, Key, VersionId ?? null, now)
    return {
      Key,
      ...(VersionId === undefined ? {} : { VersionId }),
      ...(VersionId === undefined && gone?.isDeleteMarker
        ? { DeleteMarker: true, DeleteMarkerVersionId: gone.versionId }
        : {}),
    }
  })
  return xmlAnswer('DeleteResult', { Deleted: asked.Quiet === 'true' ? [] : deleted })
}
