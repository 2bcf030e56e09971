import { AwsError } from '../kernel/errors.ts'

// S3's error messages. Further members become elements of the error document.

export const noSuchBucket = (BucketName: string) =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName })

export const noSuchKey = (Key: string) => new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key })

export const noSuchVersion = (Key: string, VersionId: string) =>
  new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key, VersionId })

export const preconditionFailed = (Condition: string) =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition,
  })

export const conditionalConflict = (Key: string) =>
  new AwsError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
    { Key },
  )

export const badDigest = () =>
  new AwsError(
    'BadDigest',
    'The Content-MD5 or checksum value that you specified did not match what the server received.',
  )

export const bucketNotEmpty = (BucketName: string) =>
  new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, { BucketName })

export const bucketTaken = (BucketName: string) =>
  new AwsError(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    409,
    { BucketName },
  )

export const bucketOwned = (BucketName: string) =>
  new AwsError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    { BucketName },
  )

export const invalidBucketName = (BucketName: string) =>
  new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName })

export const accessDenied = () => new AwsError('AccessDenied', 'Access Denied', 403)

export const malformedXml = () =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )

export const notImplemented = (what: string) =>
  new AwsError('NotImplemented', `The rehearsal cloud's S3 does not have ${what}.`, 501)

export const methodNotAllowed = (Method: string) =>
  new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, { Method })
