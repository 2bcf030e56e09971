// What the team would have set up on GitHub and in AWS before its first deploy.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { Settings } from '../../runner/options.ts'

/**
 * The team's environments: an AWS account each, with a bucket for Terraform's state. Names of buckets are the world's.
 * Into prod's account jobs come through a login account, into stage's directly: a team may have it either way.
 */
export const environments = {
  stage: { account: '123456789012', bucket: 'example-terraform-state' },
  prod: { account: '210987654321', bucket: 'example-terraform-state-prod', login: '333333333333' },
} as const

export type Environment = keyof typeof environments
type Cloud = Readonly<Record<string, string>>

interface GitHubSettings {
  readonly settings: Settings
  readonly environments: Readonly<Record<Environment, Settings>>
}

/**
 * The repository's secrets and variables (`vars` are those that only a rehearsal knows), and those of its environments.
 * With `watched`, Datadog's monitors are watched after each deploy, for no longer than a rehearsal takes to show it.
 */
export function rehearsedSettings(cloud: Cloud, vars: Settings['vars'], watched: boolean): GitHubSettings {
  const region = cloud['AWS_REGION'] ?? 'us-east-1'
  return {
    settings: {
      secrets: {
        GITHUB_TOKEN: 'ghs_rehearsal',
        DATADOG_API_KEY: cloud['DD_API_KEY'] ?? '',
        ...(watched ? { DATADOG_APP_KEY: cloud['DD_APP_KEY'] ?? '' } : {}),
      },
      vars: { DEPLOY_EXAMPLE: 'true', ...(watched ? { DATADOG_BAKE_TIME: '5s' } : {}), ...vars },
    },
    environments: { stage: environmentSettings('stage', region), prod: environmentSettings('prod', region) },
  }
}

function environmentSettings(environment: Environment, region: string): Settings {
  const { account, bucket, ...more } = environments[environment]
  return {
    secrets: {},
    vars: {
      ...('login' in more ? { AWS_LOGIN_ROLE: `arn:aws:iam::${more.login}:role/ci` } : {}),
      AWS_ROLE: `arn:aws:iam::${account}:role/deploy-web`,
      AWS_REGION: region,
      AWS_ACCOUNT_ID: account,
      TERRAFORM_BACKEND_CONFIG: `bucket=${bucket}\nkey=web/${environment}.tfstate\nregion=${region}`,
    },
  }
}

/** The bucket for an environment's Terraform state, which has to be there before Terraform can be. */
export async function createStateBucket(cloud: Cloud, environment: Environment): Promise<void> {
  const { account, bucket } = environments[environment]
  const s3 = new S3Client({
    region: cloud['AWS_REGION'] ?? '',
    endpoint: cloud['AWS_ENDPOINT_URL'] ?? '',
    // To the cloud, an access key that is an account's number is that account's own user.
    credentials: { accessKeyId: account, secretAccessKey: cloud['AWS_SECRET_ACCESS_KEY'] ?? '' },
    forcePathStyle: true,
  })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  s3.destroy()
}
