// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
import type { AccessRequest } from '../iam/decide.ts'
import type { Request } from '../kernel/call.ts'
import { readAddress } from '../s3/request/address.ts'
import { on } from './access.ts'

const OBJECT: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  GetObjectTagging: 's3:GetObjectTagging',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
}

const BUCKET: Readonly<Record<string, string>> = {
  HeadBucket: 's3:ListBucket',
  ListObjects: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
}

/** What a request to S3 needs; `undefined` for operations that are not known here. */
export function s3Access(operation: string, request: Request): readonly AccessRequest[] | undefined {
  const { bucket, key } = readAddress(request)
  const arn = `arn:aws:s3:::${bucket}`
  const onObject = OBJECT[operation]
  if (onObject !== undefined) return [...on(onObject, [`${arn}/${key}`]), ...encryption(request)]
  const onBucket = BUCKET[operation]
  if (onBucket === undefined) return undefined
  const prefix = request.url.searchParams.get('prefix')
  return on(onBucket, [arn], prefix === null ? {} : { 's3:prefix': prefix })
}

/** S3 calls KMS with the permissions of who writes. A write names the key; a read does not. */
function encryption({ headers }: Request): readonly AccessRequest[] {
  const key = headers['x-amz-server-side-encryption-aws-kms-key-id']
  return typeof key === 'string' ? on('kms:GenerateDataKey', [key]) : []
}
