import { actionOf } from '../../../../../../rehearsal/cloud/s3/request/action.ts'

const head = (method: string, url: string, headers: Record<string, string> = {}) => ({
  method,
  url: new URL(url),
  headers,
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
