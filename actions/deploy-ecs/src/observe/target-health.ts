import { DescribeTargetHealthCommand, type TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { targetGroupName } from '../aws/short-names.ts'
import { describeContainerInstances } from '../aws/tasks.ts'
import type { ObservedLoadBalancer, ObservedTarget, ObservedTask } from './model.ts'

/** EC2 instance ids by container instance ARN. They never change, so each is read once. */
export type Instances = Map<string, string>

/** The health of these tasks in each target group of a service. */
export async function readTargets(
  aws: AwsCalls,
  { cluster, loadBalancers }: { readonly cluster: string; readonly loadBalancers: readonly ObservedLoadBalancer[] },
  tasks: readonly ObservedTask[],
  instances: Instances,
): Promise<readonly ObservedTarget[]> {
  const onInstances = tasks.filter(({ addresses }) => addresses.length === 0)
  const unknown = [...new Set(onInstances.map((task) => task.containerInstanceArn ?? ''))].filter(
    (arn) => arn !== '' && !instances.has(arn),
  )
  if (unknown.length > 0) {
    for (const [arn, id] of await describeContainerInstances(aws, cluster, unknown)) instances.set(arn, id)
  }
  const groups = loadBalancers.flatMap((balancer) =>
    [balancer.targetGroupArn, balancer.alternateTargetGroupArn]
      .filter((arn) => arn !== undefined)
      .map((arn) => ({ balancer, arn })),
  )
  const answers = await inParallel(groups, 4, async ({ balancer, arn }) => {
    const { TargetHealthDescriptions = [] } = await aws.call(
      'targetHealth',
      `describe the health of target group \`${targetGroupName(arn)}\``,
      (options) => aws.clients.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }), options),
    )
    return targetsOf({ ...balancer, targetGroupArn: arn }, tasks, TargetHealthDescriptions, instances)
  })
  return answers.flat()
}

/** The health of each task in a target group. Its target is the address of its network interface, else its instance and host port. */
export function targetsOf(
  { targetGroupArn, containerName, containerPort }: ObservedLoadBalancer,
  tasks: readonly ObservedTask[],
  health: readonly TargetHealthDescription[],
  instances: ReadonlyMap<string, string>,
): readonly ObservedTarget[] {
  const byTarget = new Map(health.map((entry) => [`${entry.Target?.Id}:${entry.Target?.Port}`, entry]))
  return tasks.map((task) => {
    const [target, entry] = addressesOf(task, containerName, containerPort, instances)
      .map((address) => [address, byTarget.get(address)] as const)
      .sort(([, a], [, b]) => Number(b !== undefined) - Number(a !== undefined))[0] ?? ['not yet known', undefined]
    const { State, Reason, Description } = entry?.TargetHealth ?? {}
    return {
      targetGroupArn,
      taskArn: task.arn,
      target,
      state: State ?? 'unregistered',
      ...(Reason === undefined ? {} : { reason: Reason }),
      ...(Description === undefined ? {} : { description: Description }),
    }
  })
}

function addressesOf(
  task: ObservedTask,
  containerName: string,
  containerPort: number,
  instances: ReadonlyMap<string, string>,
): readonly string[] {
  if (task.addresses.length > 0) return task.addresses.map((address) => `${address}:${containerPort}`)
  const instance = instances.get(task.containerInstanceArn ?? '')
  const container = task.containers.find(({ name }) => name === containerName)
  const ports = (container?.hostPorts ?? []).filter((binding) => binding.containerPort === containerPort)
  if (instance === undefined) return []
  // ECS shows no host ports in host mode: they are the container's. Before the task runs, another task may still use them.
  if (ports.length === 0) return task.lastStatus === 'RUNNING' ? [`${instance}:${containerPort}`] : []
  return ports.map(({ hostPort }) => `${instance}:${hostPort}`)
}
