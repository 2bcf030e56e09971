import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from '../../../../toolkit/aws/aws-config.ts'

/** The AWS services that a deploy talks to. */
export interface Clients {
  readonly ecs: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly sts: STSClient
  /** Registries and log groups may be in another region than the service. */
  readonly ecr: (region: string) => ECRClient
  readonly logs: (region: string) => CloudWatchLogsClient
  /** A client of a service that only some deploys need: who does, loads it. */
  readonly of: <C>(service: new (config: AwsConfig) => C, region: string) => C
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
    ecr: (other) => new ECRClient({ ...config, region: other }),
    logs: (other) => new CloudWatchLogsClient({ ...config, region: other }),
    of: (Service, other) => new Service({ ...config, region: other }),
  }
}

/** How to get clients once the region is known. */
export type Connect = (config: AwsConfig) => Clients
