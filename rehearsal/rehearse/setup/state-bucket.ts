import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { type Environment, environments } from './environments.ts'

/** Creates the bucket for an environment's Terraform state. Terraform needs it before its first run. */
export async function createStateBucket(
  cloud: Readonly<Record<string, string>>,
  environment: Environment,
): Promise<void> {
  const { account, bucket } = environments[environment]
  const s3 = new S3Client({
    region: cloud['AWS_REGION'] ?? '',
    endpoint: cloud['AWS_ENDPOINT_URL'] ?? '',
    // The rehearsal cloud takes an account's number as the access key of that account's user.
    credentials: { accessKeyId: account, secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '' },
    forcePathStyle: true,
  })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  s3.destroy()
}
