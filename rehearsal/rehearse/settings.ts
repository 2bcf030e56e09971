// What the team would have set up on GitHub and in AWS before its first deploy.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { Settings } from '../runner/options.ts'

const account = '123456789012'
const bucket = 'example-terraform-state'

interface GitHubSettings {
  readonly settings: Settings
  readonly environments: Readonly<Record<string, Settings>>
}

/** The repository's secrets, and the variables of its environment `stage`. */
export function rehearsedSettings(cloud: Readonly<Record<string, string>>, baseImage: string): GitHubSettings {
  const region = cloud['AWS_REGION'] ?? 'us-east-1'
  const stage = {
    AWS_ROLE: `arn:aws:iam::${account}:role/deploy-web`,
    AWS_REGION: region,
    AWS_ACCOUNT_ID: account,
    TERRAFORM_BACKEND_CONFIG: `bucket=${bucket}\nkey=web/stage.tfstate\nregion=${region}`,
  }
  return {
    settings: {
      secrets: { GITHUB_TOKEN: 'ghs_rehearsal', DATADOG_API_KEY: cloud['DD_API_KEY'] ?? '' },
      vars: { DEPLOY_EXAMPLE: 'true', BASE_IMAGE: baseImage },
    },
    environments: { stage: { vars: stage, secrets: {} } },
  }
}

/** The bucket for Terraform's state, which has to be there before Terraform can be. */
export async function createStateBucket(cloud: Readonly<Record<string, string>>): Promise<void> {
  const s3 = new S3Client({
    region: cloud['AWS_REGION'] ?? '',
    endpoint: cloud['AWS_ENDPOINT_URL'] ?? '',
    credentials: {
      accessKeyId: cloud['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    forcePathStyle: true,
  })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  s3.destroy()
}
