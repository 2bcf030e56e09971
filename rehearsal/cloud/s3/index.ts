import type { Answer, Caller, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Service } from '../kernel/service.ts'
import { Buckets } from './buckets.ts'
import { copyObject } from './copy.ts'
import { deleteObjects } from './delete-objects.ts'
import { notImplemented } from './errors.ts'
import { listObjects, listVersions } from './listings.ts'
import type { Bucket } from './model.ts'
import { Uploads } from './multipart.ts'
import { deletedHeaders, deleteObject, find, getObject, putObject } from './objects.ts'
import { actionOf, settingOf } from './request/action.ts'
import { type Address, readAddress } from './request/address.ts'
import { checkDelete } from './request/conditions.ts'
import { settingAnswer } from './settings.ts'
import { versioningAnswer } from './versioning.ts'
import { writeS3Error, xmlAnswer, xmlDocument } from './xml.ts'

/** Simulated S3 in memory, with the conditional writes that Terraform's state lock needs. */
export function createS3(clock: Clock): Service {
  const buckets = new Buckets()
  const uploads = new Uploads()
  const now = () => clock.now()

  type ObjectOperation = (bucket: Bucket, key: string, request: Request, caller: Caller) => Answer

  const objects: Readonly<Record<string, ObjectOperation>> = {
    PutObject: (bucket, key, request) => putObject(bucket, key, request, now()),
    CopyObject: (bucket, key, request, caller) => copyObject(buckets, bucket, key, request, caller, now()),
    GetObject: getObject,
    HeadObject: getObject,
    DeleteObject: (bucket, key, { url, headers }) => {
      checkDelete(bucket, key, headers)
      const gone = deleteObject(bucket, key, url.searchParams.get('versionId'), now())
      return { status: 204, headers: deletedHeaders(gone) }
    },
    GetObjectTagging: (bucket, key, { url }) => {
      find(bucket, key, url.searchParams.get('versionId'))
      return xmlAnswer('Tagging', { TagSet: '' })
    },
    CreateMultipartUpload: (bucket, key, request) => uploads.create(bucket, key, request),
    UploadPart: (bucket, key, request) => uploads.put(bucket, key, request),
    CompleteMultipartUpload: (bucket, key, request) => uploads.complete(bucket, key, request, now()),
    AbortMultipartUpload: (bucket, key, request) => uploads.abort(bucket, key, request),
  }

  type BucketOperation = (bucket: Bucket, request: Request) => Answer

  const ofBuckets: Readonly<Record<string, BucketOperation>> = {
    HeadBucket: ({ region }) => ({ status: 200, headers: { 'x-amz-bucket-region': region } }),
    DeleteBucket: (bucket) => {
      buckets.delete(bucket)
      return { status: 204 }
    },
    GetBucketLocation: ({ region }) => xmlDocument('LocationConstraint', region === 'us-east-1' ? '' : region),
    GetBucketVersioning: versioningAnswer,
    PutBucketVersioning: versioningAnswer,
    ListObjects: (bucket, { url }) => listObjects(bucket, url.searchParams),
    ListObjectsV2: (bucket, { url }) => listObjects(bucket, url.searchParams),
    ListObjectVersions: (bucket, { url }) => listVersions(bucket, url.searchParams),
    DeleteObjects: (bucket, request) => deleteObjects(bucket, request, now()),
  }

  function answer(action: string, request: Request, caller: Caller): Answer {
    const { bucket: name, key }: Address = readAddress(request)
    if (action === 'ListBuckets') return listBuckets(buckets.of(caller.account))
    if (action === 'CreateBucket') {
      buckets.create(name, caller, now())
      return { status: 200, headers: { location: `/${name}` } }
    }
    const bucket = buckets.open(name, caller, action)
    const onObject = objects[action]
    if (key !== '' && onObject !== undefined) return onObject(bucket, key, request, caller)
    const onBucket = ofBuckets[action]
    if (key === '' && onBucket !== undefined) return onBucket(bucket, request)
    const setting = settingOf(request)
    if (key === '' && setting !== undefined) return settingAnswer(bucket, setting, request)
    throw notImplemented(`the operation ${action} (${request.method} ${request.url.pathname}${request.url.search})`)
  }

  return { protocol: 'rest-xml', action: actionOf, answer, refuse: writeS3Error }
}

const listBuckets = (buckets: readonly Bucket[]) =>
  xmlAnswer('ListAllMyBucketsResult', {
    Owner: { ID: 'rehearsal' },
    Buckets: { Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt) })) },
  })
