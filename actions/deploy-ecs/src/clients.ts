import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from '../../../toolkit/aws.ts'

/** The AWS services that a deploy talks to. */
export interface Clients {
  readonly ecs: ECSClient
  /** For calls that must not be made twice: the SDK repeats nothing, we look first. */
  readonly ecsOnce: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly sts: STSClient
  /** Registries and log groups may be in another region than the service. */
  readonly ecr: (region: string) => ECRClient
  readonly logs: (region: string) => CloudWatchLogsClient
}

/** Real clients; credentials and endpoint come from the environment. */
export const awsClients = (config: AwsConfig): Clients => ({
  ecs: new ECSClient(config),
  ecsOnce: new ECSClient({ ...config, maxAttempts: 1 }),
  elb: new ElasticLoadBalancingV2Client(config),
  sts: new STSClient(config),
  ecr: (region) => new ECRClient({ ...config, region }),
  logs: (region) => new CloudWatchLogsClient({ ...config, region }),
})

/** How to get clients once the region is known. */
export type Connect = (config: AwsConfig) => Clients
