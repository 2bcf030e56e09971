import type { Answer } from '../kernel/call.ts'
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

/** Reads, sets or removes a setting. */
export function settingAnswer(bucket: Bucket, name: string, method: string, body: Buffer): Answer {
  if (method === 'PUT') {
    bucket.settings.set(name, body)
    return { status: name === 'policy' ? 204 : 200 }
  }
  if (method === 'DELETE') {
    bucket.settings.delete(name)
    return { status: 204 }
  }
  const set = bucket.settings.get(name)
  if (set !== undefined) {
    return {
      status: 200,
      headers: { 'content-type': name === 'policy' ? 'application/json' : 'application/xml' },
      body: set,
    }
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
