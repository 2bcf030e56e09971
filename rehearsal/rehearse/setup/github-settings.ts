// The secrets and variables that a team sets on GitHub before its first deploy.
import type { Settings } from '../../runner/options.ts'
import { type Environment, environments } from './environments.ts'

type Cloud = Readonly<Record<string, string>>

interface GitHubSettings {
  readonly settings: Settings
  readonly environments: Readonly<Record<Environment, Settings>>
}

/**
 * Secrets and variables of the repository and its environments. `vars` are additional variables of the repository. With
 * `watchMonitors` the workflow watches Datadog's monitors after each deploy, with a short bake time.
 */

export function rehearsedSettings(cloud: Cloud, vars: Settings['vars'], watchMonitors: boolean): GitHubSettings {
  const region = cloud['AWS_REGION'] ?? 'us-east-1'
  return {
    settings: {
      secrets: {
        GITHUB_TOKEN: 'ghs_rehearsal',
        DATADOG_API_KEY: cloud['DD_API_KEY'] ?? '',
        ...(watchMonitors ? { DATADOG_APP_KEY: cloud['DD_APP_KEY'] ?? '' } : {}),
      },
      vars: { DEPLOY_EXAMPLE: 'true', ...(watchMonitors ? { DATADOG_BAKE_TIME: '5s' } : {}), ...vars },
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
