import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from '../../../../toolkit/aws/aws-config.ts'

/** Clients of the AWS services that a deploy calls. */
export interface Clients {
  readonly ecs: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly sts: STSClient
  /** By region: registries and log groups can be in another one than the service. */
  readonly ecr: (region: string) => ECRClient
  readonly logs: (region: string) => CloudWatchLogsClient
  /** A client of a service that only some deploys need. The caller imports its class. */
  readonly of: <C>(service: new (config: AwsConfig) => C, region: string) => C
}

/**
 * Clients with credentials and endpoints from the environment. They do not retry: AwsCalls does, on our clock, and knows which
 * calls must not be repeated.
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

/** Creates the clients once the region is known. A test gives its own. */
export type Connect = (config: AwsConfig) => Clients
