import type { Answer, Request } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import type { Bucket } from './model.ts'
import { xmlDocument } from './xml.ts'

/** Response for an unset bucket setting: a document, or an error. */
type Unset = { readonly root: string; readonly inside: string } | { readonly code: string; readonly message: string }

/** The settings of a bucket, by their name in the query and their name in the SDK. */
export const SETTINGS: Readonly<Record<string, { readonly noun: string; readonly unset: Unset }>> = {
  accelerate: { noun: 'BucketAccelerateConfiguration', unset: { root: 'AccelerateConfiguration', inside: '' } },
  acl: { noun: 'BucketAcl', unset: { root: 'AccessControlPolicy', inside: ownerOnly() } },
  cors: { noun: 'BucketCors', unset: none('NoSuchCORSConfiguration', 'The CORS configuration does not exist') },
  encryption: {
    noun: 'BucketEncryption',
    unset: {
      root: 'ServerSideEncryptionConfiguration',
      inside:
        '<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>' +
        '</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>',
    },
  },
  lifecycle: {
    noun: 'BucketLifecycleConfiguration',
    unset: none('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  },
  logging: { noun: 'BucketLogging', unset: { root: 'BucketLoggingStatus', inside: '' } },
  notification: { noun: 'BucketNotificationConfiguration', unset: { root: 'NotificationConfiguration', inside: '' } },
  'object-lock': {
    noun: 'ObjectLockConfiguration',
    unset: none('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'),
  },
  ownershipControls: {
    noun: 'BucketOwnershipControls',
    unset: { root: 'OwnershipControls', inside: '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>' },
  },
  policy: { noun: 'BucketPolicy', unset: none('NoSuchBucketPolicy', 'The bucket policy does not exist') },
  policyStatus: { noun: 'BucketPolicyStatus', unset: none('NoSuchBucketPolicy', 'The bucket policy does not exist') },
  publicAccessBlock: {
    noun: 'PublicAccessBlock',
    unset: {
      root: 'PublicAccessBlockConfiguration',
      inside:
        '<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>' +
        '<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>',
    },
  },
  replication: {
    noun: 'BucketReplication',
    unset: none('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  },
  requestPayment: {
    noun: 'BucketRequestPayment',
    unset: { root: 'RequestPaymentConfiguration', inside: '<Payer>BucketOwner</Payer>' },
  },
  tagging: { noun: 'BucketTagging', unset: none('NoSuchTagSet', 'The TagSet does not exist') },
  website: {
    noun: 'BucketWebsite',
    unset: none('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  },
}

type Setting = Pick<Request, 'method' | 'body' | 'headers'>

// Part of a lifecycle configuration that is not in its document: the smallest object that a rule moves to another class.
const SMALLEST = 'x-amz-transition-default-minimum-object-size'
const USUAL = 'all_storage_classes_128K'

const besides = ({ settings }: Bucket, name: string): Record<string, string> =>
  name === 'lifecycle' ? { [SMALLEST]: String(settings.get(SMALLEST) ?? USUAL) } : {}

/** Reads, sets or removes a setting. */
export function settingAnswer(bucket: Bucket, name: string, { method, body, headers }: Setting): Answer {
  if (method === 'PUT') {
    bucket.settings.set(name, body)
    if (name === 'lifecycle') bucket.settings.set(SMALLEST, Buffer.from(String(headers[SMALLEST] ?? USUAL)))
    return { status: name === 'policy' ? 204 : 200, headers: besides(bucket, name) }
  }
  if (method === 'DELETE') {
    bucket.settings.delete(name)
    return { status: 204 }
  }
  const set = bucket.settings.get(name)
  if (set !== undefined) {
    const type = name === 'policy' ? 'application/json' : 'application/xml'
    return { status: 200, headers: { 'content-type': type, ...besides(bucket, name) }, body: set }
  }
  const unset = SETTINGS[name]?.unset ?? none('NoSuchConfiguration', 'The specified configuration does not exist.')
  if ('code' in unset) throw new AwsError(unset.code, unset.message, 404, { BucketName: bucket.name })
  return xmlDocument(unset.root, unset.inside)
}

function none(code: string, message: string): Unset {
  return { code, message }
}

function ownerOnly(): string {
  const owner = '<ID>rehearsal</ID>'
  return (
    `<Owner>${owner}</Owner><AccessControlList><Grant>` +
    `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">${owner}</Grantee>` +
    '<Permission>FULL_CONTROL</Permission></Grant></AccessControlList>'
  )
}
