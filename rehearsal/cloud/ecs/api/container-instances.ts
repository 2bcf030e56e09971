import type {
  ContainerInstance as ContainerInstanceAnswer,
  DescribeContainerInstancesRequest,
  ListContainerInstancesRequest,
  Resource,
} from '@aws-sdk/client-ecs'
import { ecsArn, nameOf, parseEcsArn } from '../arn.ts'
import type { Ecs } from '../context.ts'
import type { ContainerInstance } from '../model.ts'
import type { Api } from './api.ts'
import { pageOf, pageSize, refuseLargeBatch } from './paging.ts'

export function containerInstanceOperations(ecs: Ecs): Api {
  return {
    ListContainerInstances: (input: ListContainerInstancesRequest, caller) => {
      const { instances } = ecs.regions.get(caller).cluster(input.cluster)
      // All instances are ACTIVE: draining and the cluster query language are not simulated.
      const listed = input.status === undefined || input.status === 'ACTIVE' ? [...instances.values()] : []
      const { items, nextToken } = pageOf(listed, input.nextToken, pageSize(input.maxResults, 100))
      return { containerInstanceArns: items.map(({ arn }) => arn), nextToken }
    },
    DescribeContainerInstances: (input: DescribeContainerInstancesRequest, caller) => {
      const asked = input.containerInstances ?? []
      refuseLargeBatch('containerInstances', asked, 100)
      const cluster = ecs.regions.get(caller).cluster(input.cluster)
      const found = asked.map((name) => cluster.instances.get(nameOf(name)))
      return {
        containerInstances: found.flatMap((instance) => (instance ? [instanceAnswer(instance)] : [])),
        failures: asked
          .filter((_, i) => found[i] === undefined)
          .map((name) => ({
            arn: name.startsWith('arn:') ? name : ecsArn(caller, 'container-instance', `${cluster.name}/${name}`),
            reason: 'MISSING',
          })),
      }
    },
  }
}

function instanceAnswer({ arn, facts, registeredAt, tasks, cpu, memory }: ContainerInstance): ContainerInstanceAnswer {
  const states = [...tasks].map(({ lastStatus }) => lastStatus)
  return {
    containerInstanceArn: arn,
    ec2InstanceId: facts.ec2InstanceId,
    version: 1,
    status: 'ACTIVE',
    agentConnected: true,
    registeredAt,
    remainingResources: [resource('CPU', cpu), resource('MEMORY', memory)],
    registeredResources: [resource('CPU', facts.cpu), resource('MEMORY', facts.memory)],
    runningTasksCount: states.filter((status) => status === 'RUNNING').length,
    pendingTasksCount: states.filter((status) => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(status)).length,
    attributes: [{ name: 'ecs.availability-zone', value: `${regionOf(arn)}${facts.zone}` }],
    attachments: [],
    tags: [],
  }
}

const regionOf = (arn: string) => parseEcsArn(arn)?.scope.region ?? ''

const resource = (name: string, value: number): Resource => ({
  name,
  type: 'INTEGER',
  doubleValue: 0,
  longValue: 0,
  integerValue: value,
})
