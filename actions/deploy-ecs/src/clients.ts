import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from '../../../toolkit/aws.ts'

/** The AWS services that a deploy talks to. */
export interface Clients {
  readonly ecs: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly sts: STSClient
  readonly iam: IAMClient
  /** Registries, log groups, secrets and parameters may be in another region than the service. */
  readonly ecr: (region: string) => ECRClient
  readonly logs: (region: string) => CloudWatchLogsClient
  readonly secretsManager: (region: string) => SecretsManagerClient
  readonly ssm: (region: string) => SSMClient
}

/**
 * Real clients; credentials and endpoint come from the environment. They repeat nothing by themselves: AwsCalls does, on
 * our clock, and knows which calls must not be made twice.
 */
export function awsClients(region: AwsConfig): Clients {
  const config = { ...region, maxAttempts: 1 }
  return {
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    sts: new STSClient(config),
    iam: new IAMClient(config),
    ecr: (other) => new ECRClient({ ...config, region: other }),
    logs: (other) => new CloudWatchLogsClient({ ...config, region: other }),
    secretsManager: (other) => new SecretsManagerClient({ ...config, region: other }),
    ssm: (other) => new SSMClient({ ...config, region: other }),
  }
}

/** How to get clients once the region is known. */
export type Connect = (config: AwsConfig) => Clients
