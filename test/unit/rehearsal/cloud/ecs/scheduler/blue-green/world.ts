import type { Members } from '../../../../../../../rehearsal/cloud/kernel/call.ts'
import { behind, caller, type Loose, SECOND, steady, type World } from '../../world.ts'

/** What stands before a service that deploys blue/green: two target groups, and a listener for each kind of traffic. */
export interface Front {
  readonly blue: string
  readonly green: string
  readonly production: string
  readonly test: string
}

const elb = async (it: World, operation: string, input: Members): Promise<Loose> =>
  it.elb.operations[operation]?.(input, caller)

export async function front(it: World, name = 'web'): Promise<Front> {
  const group = async (colour: string): Promise<string> => {
    const made = await elb(it, 'CreateTargetGroup', {
      ...{ Name: `${name}-${colour}`, Protocol: 'HTTP', Port: '80', VpcId: 'vpc-1', TargetType: 'ip' },
      ...{ HealthCheckIntervalSeconds: '10', HealthyThresholdCount: '2', UnhealthyThresholdCount: '2' },
    })
    const { TargetGroupArn } = made.TargetGroups[0]
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }]
    await elb(it, 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes })
    return TargetGroupArn
  }
  const [blue, green] = [await group('blue'), await group('green')]
  const { LoadBalancers } = await elb(it, 'CreateLoadBalancer', { Name: name, Subnets: ['subnet-a', 'subnet-b'] })
  const rule = async (Port: string): Promise<string> => {
    const { Listeners } = await elb(it, 'CreateListener', {
      ...{ LoadBalancerArn: LoadBalancers[0].LoadBalancerArn, Protocol: 'HTTP', Port },
      DefaultActions: [{ Type: 'forward', TargetGroupArn: blue }],
    })
    const { Rules } = await elb(it, 'DescribeRules', { ListenerArn: Listeners[0].ListenerArn })
    return Rules[0].RuleArn
  }
  return { blue, green, production: await rule('80'), test: await rule('8080') }
}

export const advanced = ({ green, production, test }: Front) => ({
  ...{ alternateTargetGroupArn: green, productionListenerRule: production, testListenerRule: test },
  roleArn: 'arn:aws:iam::123456789012:role/ecs-load-balancers',
})

/** A steady service that deploys so from now on. */
export async function native(it: World, deploymentConfiguration: Members): Promise<Front> {
  const made = await front(it)
  await steady(it, {
    loadBalancers: [{ ...behind(made.blue), advancedConfiguration: advanced(made) }],
    deploymentConfiguration: { bakeTimeInMinutes: 2, ...deploymentConfiguration },
  })
  return made
}

/** The weights of a rule, blue and green. */
export async function weights(it: World, { blue, green }: Front, rule: string): Promise<(number | undefined)[]> {
  const { Rules } = await elb(it, 'DescribeRules', { RuleArns: [rule] })
  const groups: { TargetGroupArn: string; Weight: number }[] = Rules[0].Actions[0].ForwardConfig.TargetGroups
  return [blue, green].map((arn) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight)
}

/** The service deployment that was begun last, described. */
export async function current(it: World): Promise<Loose> {
  const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
  const arns = [serviceDeployments[0].serviceDeploymentArn]
  return (await it.call('DescribeServiceDeployments', { serviceDeploymentArns: arns })).serviceDeployments[0]
}

/** `STAGE production/test` of each change that the journal has of the deployments after the first, in order. */
export const stages = (it: World): string[] => {
  const all = it.entries('service-deployment')
  const first = all[0]?.['serviceDeploymentArn']
  return all
    .filter((entry) => entry['serviceDeploymentArn'] !== first)
    .map(
      ({ lifecycleStage, productionTraffic, testTraffic }) => `${lifecycleStage} ${productionTraffic}/${testTraffic}`,
    )
}

/** Each time that a target group was given more of the production traffic, in which no target was healthy. */
export function blackouts(it: World, { production }: Front): unknown[] {
  const healthy = new Map<string, Set<unknown>>()
  let shares: Readonly<Record<string, number>> | undefined
  return it.journal.entries().filter((entry) => {
    const { type, targetGroup, target, to, rule } = entry
    if (type === 'target') {
      const group = healthy.get(`${targetGroup}`) ?? new Set()
      if (to === 'healthy') group.add(target)
      else group.delete(target)
      healthy.set(`${targetGroup}`, group)
    }
    if (type !== 'traffic-shift' || rule !== production) return false
    const [before, now] = [shares, entry['weights'] as Readonly<Record<string, number>>]
    shares = now
    return Object.keys(now).some(
      (arn) => before !== undefined && (now[arn] ?? 0) > (before[arn] ?? 0) && !healthy.get(arn)?.size,
    )
  })
}

export const statuses = (it: World) => it.entries('service-deployment').map(({ status }) => status)

/** Lets time pass until the deployment comes to a stage. */
export const until = async (it: World, stage: string) => {
  for (let i = 0; i < 3_600; i++) {
    if ((await current(it)).lifecycleStage === stage) return
    await it.clock.advance(SECOND)
  }
  throw new Error(`never came to ${stage}`)
}
