import {
  type AwsVpcConfiguration,
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListAccountSettingsCommand,
  ListClustersCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateClusterSettingsCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'

/** One call that is made alike to two clouds. `earlier` holds the answers so far, by the names of their calls. */
export interface LikeCall {
  readonly name: string
  send(client: ECSClient, earlier: ReadonlyMap<string, Answer>, network: AwsVpcConfiguration): Promise<object>
}
// biome-ignore lint/suspicious/noExplicitAny: calls reach into the answers of two clouds, which is what is compared
export type Answer = any

const cluster = 'main'
const web: ContainerDefinition = {
  name: 'web',
  image: 'registry.example/web:1',
  essential: true,
  memory: 256,
  portMappings: [{ containerPort: 80 }],
  environment: [{ name: 'A', value: '1' }],
}
const fargate = (): RegisterTaskDefinitionCommandInput => ({
  family: 'web',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [web],
})
const serviceIn = (awsvpcConfiguration: AwsVpcConfiguration) =>
  ({
    cluster,
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration },
  }) as const

const call = (name: string, send: LikeCall['send']): LikeCall => ({ name, send })

/** A day in the life of a deploy tool, with the mistakes that one makes. */
export const calls: readonly LikeCall[] = [
  call('ListClusters', (ecs) => ecs.send(new ListClustersCommand())),
  call('CreateCluster', (ecs) =>
    ecs.send(new CreateClusterCommand({ clusterName: cluster, tags: [{ key: 'a', value: '1' }] })),
  ),
  call('DescribeClusters', (ecs) =>
    ecs.send(new DescribeClustersCommand({ clusters: [cluster], include: ['TAGS', 'SETTINGS'] })),
  ),
  call('DescribeClusters of none', (ecs) => ecs.send(new DescribeClustersCommand({ clusters: ['none'] }))),
  call('UpdateClusterSettings', (ecs) =>
    ecs.send(
      new UpdateClusterSettingsCommand({ cluster, settings: [{ name: 'containerInsights', value: 'enabled' }] }),
    ),
  ),
  call('PutClusterCapacityProviders', (ecs) =>
    ecs.send(
      new PutClusterCapacityProvidersCommand({
        cluster,
        capacityProviders: ['FARGATE'],
        defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
      }),
    ),
  ),
  call('RegisterTaskDefinition', (ecs) => ecs.send(new RegisterTaskDefinitionCommand(fargate()))),
  call('RegisterTaskDefinition again', (ecs) =>
    ecs.send(new RegisterTaskDefinitionCommand({ ...fargate(), tags: [{ key: 'b', value: '2' }] })),
  ),
  call('RegisterTaskDefinition for EC2', (ecs) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'worker',
        containerDefinitions: [{ name: 'worker', image: 'worker:1', memory: 64 }],
      }),
    ),
  ),
  call('RegisterTaskDefinition without memory', (ecs) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({ family: 'bad', containerDefinitions: [{ name: 'bad', image: 'bad:1' }] }),
    ),
  ),
  call('DescribeTaskDefinition', (ecs) =>
    ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web', include: ['TAGS'] })),
  ),
  call('DescribeTaskDefinition of a revision', (ecs) =>
    ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:1' })),
  ),
  call('DescribeTaskDefinition of none', (ecs) =>
    ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'none' })),
  ),
  call('ListTaskDefinitions', (ecs) => ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web' }))),
  call('ListTaskDefinitionFamilies', (ecs) => ecs.send(new ListTaskDefinitionFamiliesCommand())),
  call('CreateService without its cluster', (ecs, _, network) =>
    ecs.send(new CreateServiceCommand({ ...serviceIn(network), cluster: 'none' })),
  ),
  call('CreateService', (ecs, _, network) =>
    ecs.send(new CreateServiceCommand({ ...serviceIn(network), tags: [{ key: 'c', value: '3' }] })),
  ),
  call('CreateService again', (ecs, _, network) => ecs.send(new CreateServiceCommand(serviceIn(network)))),
  call('ListServices', (ecs) => ecs.send(new ListServicesCommand({ cluster }))),
  call('DescribeServices', (ecs) =>
    ecs.send(new DescribeServicesCommand({ cluster, services: ['web', 'none'], include: ['TAGS'] })),
  ),
  call('UpdateService', (ecs) =>
    ecs.send(new UpdateServiceCommand({ cluster, service: 'web', taskDefinition: 'web:1', desiredCount: 1 })),
  ),
  call('UpdateService of none', (ecs) =>
    ecs.send(new UpdateServiceCommand({ cluster, service: 'none', desiredCount: 1 })),
  ),
  call('RunTask', (ecs, _, network) =>
    ecs.send(
      new RunTaskCommand({
        cluster,
        taskDefinition: 'web:2',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: network },
        startedBy: 'me',
      }),
    ),
  ),
  call('DescribeTasks', (ecs, earlier) =>
    ecs.send(new DescribeTasksCommand({ cluster, tasks: [earlier.get('RunTask')?.tasks?.[0]?.taskArn, 'none'] })),
  ),
  call('ListTasks', (ecs) => ecs.send(new ListTasksCommand({ cluster, startedBy: 'me' }))),
  call('StopTask', (ecs, earlier) =>
    ecs.send(new StopTaskCommand({ cluster, task: earlier.get('RunTask')?.tasks?.[0]?.taskArn, reason: 'enough' })),
  ),
  call('StopTask of none', (ecs) => ecs.send(new StopTaskCommand({ cluster, task: 'none' }))),
  call('TagResource', (ecs, earlier) =>
    ecs.send(
      new TagResourceCommand({
        resourceArn: earlier.get('CreateService')?.service?.serviceArn,
        tags: [{ key: 'd', value: '4' }],
      }),
    ),
  ),
  call('UntagResource', (ecs, earlier) =>
    ecs.send(
      new UntagResourceCommand({ resourceArn: earlier.get('CreateService')?.service?.serviceArn, tagKeys: ['c'] }),
    ),
  ),
  call('ListTagsForResource', (ecs, earlier) =>
    ecs.send(new ListTagsForResourceCommand({ resourceArn: earlier.get('CreateService')?.service?.serviceArn })),
  ),
  call('ListAccountSettings', (ecs) => ecs.send(new ListAccountSettingsCommand())),
  call('DeleteService', (ecs) => ecs.send(new DeleteServiceCommand({ cluster, service: 'web', force: true }))),
  call('DeregisterTaskDefinition', (ecs) => ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))),
  call('DeregisterTaskDefinition of none', (ecs) =>
    ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'none:1' })),
  ),
  call('CreateCluster for nothing', (ecs) => ecs.send(new CreateClusterCommand({ clusterName: 'empty' }))),
  call('DeleteCluster', (ecs) => ecs.send(new DeleteClusterCommand({ cluster: 'empty' }))),
  call('DeleteCluster of none', (ecs) => ecs.send(new DeleteClusterCommand({ cluster: 'none' }))),
]
