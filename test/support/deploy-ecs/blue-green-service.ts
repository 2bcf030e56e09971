// A service with the deployment strategy BLUE_GREEN, LINEAR or CANARY, and the two target groups that it needs.
import type { DeploymentConfiguration, LoadBalancer } from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeRulesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { makeService, type StackOptions, type Stage } from './ecs-cloud.ts'

export interface NativeFront {
  readonly blue: string
  readonly green: string
  readonly productionRule: string
  readonly testRule: string
  /** Address of the load balancer. */
  readonly host: string
}

interface FrontOptions {
  readonly subnets?: string[]
  readonly productionPort?: number
  readonly testPort?: number
}

/** Two target groups behind one load balancer, whose listeners forward to the first of them. */
export async function makeFront(
  { elb }: Pick<Stage, 'elb'>,
  name: string,
  { subnets = ['subnet-1', 'subnet-2'], productionPort = 80, testPort = 8080 }: FrontOptions = {},
): Promise<NativeFront> {
  const group = async (colour: string) => {
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        ...{ Name: `${name}-${colour}`, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-00000000', TargetType: 'ip' },
        ...{ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 },
        ...{ HealthyThresholdCount: 2, UnhealthyThresholdCount: 2 },
      }),
    )
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }]
    await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
    return TargetGroupArn
  }
  const [blue, green] = [await group('blue'), await group('green')]
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: name, Subnets: subnets }))
  const { LoadBalancerArn = '', DNSName: host = '' } = made.LoadBalancers?.[0] ?? {}
  const rule = async (Port: number) => {
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: blue }]
    const { Listeners } = await elb.send(
      new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions }),
    )
    const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: Listeners?.[0]?.ListenerArn ?? '' }))
    return Rules?.[0]?.RuleArn ?? ''
  }
  return { blue, green, productionRule: await rule(productionPort), testRule: await rule(testPort), host }
}

/** The load balancer of a service, as CreateService takes it. */
export const shifting = (front: NativeFront, containerName = 'app', containerPort = 80): LoadBalancer => ({
  ...{ targetGroupArn: front.blue, containerName, containerPort },
  advancedConfiguration: {
    alternateTargetGroupArn: front.green,
    productionListenerRule: front.productionRule,
    testListenerRule: front.testRule,
    roleArn: 'arn:aws:iam::123456789012:role/ecs-load-balancers',
  },
})

/** Creates the service, and waits until it is stable. */
export async function makeNativeService(
  cloud: Stage,
  deploymentConfiguration: DeploymentConfiguration,
  options: StackOptions = {},
): Promise<NativeFront> {
  const front = await makeFront(cloud, options.name ?? 'web')
  const loadBalancers = [shifting(front)]
  await makeService(cloud, { ...options, balanced: false, service: { loadBalancers, deploymentConfiguration } })
  return front
}
