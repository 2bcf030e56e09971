import type { RequestHead } from '../../kernel/call.ts'
import { SETTINGS } from '../settings.ts'
import { readAddress } from './address.ts'

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' }

/** The bucket setting that a request names in its query. */
export const settingOf = ({ url }: RequestHead) => Object.keys(SETTINGS).find((name) => url.searchParams.has(name))

/** The S3 operation of a request, from its method, path and query. */
export function actionOf(head: RequestHead): string {
  const { bucket, key } = readAddress(head)
  const { method, headers } = head
  const query = head.url.searchParams
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : 'Unknown'
  if (key === '') return bucketAction(head, method, query)
  if (query.has('tagging')) return `${VERBS[method] ?? method}ObjectTagging`
  if (query.has('acl')) return `${VERBS[method] ?? method}ObjectAcl`
  if (query.has('uploads')) return 'CreateMultipartUpload'
  if (query.has('uploadId')) return MULTIPART[method] ?? 'Unknown'
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject'
  return OBJECT[method] ?? 'Unknown'
}

const OBJECT: Readonly<Record<string, string>> = { GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }

const MULTIPART: Readonly<Record<string, string>> = {
  PUT: 'UploadPart',
  POST: 'CompleteMultipartUpload',
  DELETE: 'AbortMultipartUpload',
  GET: 'ListParts',
}

function bucketAction(head: RequestHead, method: string, query: URLSearchParams): string {
  if (query.has('versioning')) return `${VERBS[method] ?? method}BucketVersioning`
  if (query.has('location')) return 'GetBucketLocation'
  if (query.has('versions')) return 'ListObjectVersions'
  if (query.has('delete')) return 'DeleteObjects'
  const setting = settingOf(head)
  if (setting !== undefined) return `${VERBS[method] ?? method}${SETTINGS[setting]?.noun}`
  switch (method) {
    case 'PUT':
      return 'CreateBucket'
    case 'DELETE':
      return 'DeleteBucket'
    case 'HEAD':
      return 'HeadBucket'
    case 'GET':
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
    default:
      return 'Unknown'
  }
}
