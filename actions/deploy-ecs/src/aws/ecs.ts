// Reading ECS: one function for each question, in batches as large as AWS takes them.
import {
  DescribeContainerInstancesCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type Service,
  type ServiceDeployment,
  type ServiceDeploymentBrief,
  type ServiceDeploymentStatus,
  type ServiceRevision,
  type Tag,
  type Task,
  type TaskDefinition,
} from '@aws-sdk/client-ecs'
import { InputError, SlipwayError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { revisionName } from '../task-definition/registration.ts'
import { askInBatches } from './ask-in-batches.ts'
import { type AwsCalls, batches } from './aws-calls.ts'
import { nameOf, refuseOtherAccountOf, type ServiceName } from './service-name.ts'

/** How many calls of one kind are under way at once. */
const AT_ONCE = 4

/** The services by `cluster/service`; those that do not exist are not in it. */
export async function describeServices(
  aws: AwsCalls,
  names: readonly ServiceName[],
): Promise<ReadonlyMap<string, Service>> {
  const answers = await inParallel(serviceBatches(names), AT_ONCE, (batch) => describeBatch(aws, batch))
  return new Map(answers.flat())
}

/** The same, where a batch that cannot be read says nothing of the others. */
export async function tryServices(aws: AwsCalls, names: readonly ServiceName[]): Promise<ServicesRead> {
  const { found, failed } = await askInBatches(aws, serviceBatches(names), (batch) => describeBatch(aws, batch))
  return { found: new Map(found), failed: new Map([...failed].map(([name, error]) => [nameOf(name), error])) }
}

/** Services by `cluster/service`, and why some could not be read. */
export interface ServicesRead {
  readonly found: ReadonlyMap<string, Service>
  readonly failed: ReadonlyMap<string, unknown>
}

/** As many in one batch as AWS takes, each batch of one cluster. */
const serviceBatches = (names: readonly ServiceName[]) =>
  [...Map.groupBy(names, ({ cluster }) => cluster).values()].flatMap((members) => batches(members, 10))

async function describeBatch(aws: AwsCalls, batch: readonly ServiceName[]): Promise<readonly [string, Service][]> {
  const cluster = batch[0]?.cluster ?? ''
  const services = batch.map(({ service }) => service)
  const doing = `describe the services ${services.map((name) => `\`${name}\``).join(', ')} in cluster \`${cluster}\``
  const { services: found = [] } = await aws.call('describeServices', doing, (options) =>
    aws.clients.ecs.send(new DescribeServicesCommand({ cluster, services }), options).catch((error) => {
      throw error instanceof Error && error.name === 'ClusterNotFoundException' ? noCluster(cluster, error) : error
    }),
  )
  return found.map((service): [string, Service] => [nameOf({ cluster, service: service.serviceName ?? '' }), service])
}

const noCluster = (cluster: string, cause: Error) =>
  new InputError('cluster', `names \`${cluster}\`, which does not exist in this account and region.`, {
    hint: 'Check the name, the region, and that the credentials are those of the right account.',
    cause,
  })

export interface Revision {
  readonly taskDefinition: TaskDefinition
  readonly tags: readonly Tag[]
}

/** A revision, or the latest one of a family; `undefined` where there is none. */
export async function describeTaskDefinition(aws: AwsCalls, taskDefinition: string): Promise<Revision | undefined> {
  const doing = `describe task definition \`${revisionName(taskDefinition)}\``
  const answer = await aws.call('taskDefinitions', doing, (options) =>
    aws.clients.ecs
      .send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }), options)
      .catch((error) => {
        if (error instanceof Error && /unable to describe task definition|not found/i.test(error.message))
          return undefined
        throw error
      }),
  )
  return answer?.taskDefinition === undefined
    ? undefined
    : { taskDefinition: answer.taskDefinition, tags: answer.tags ?? [] }
}

/** The service's deployments made after `createdAfter`, newest first. */
export async function listServiceDeployments(
  aws: AwsCalls,
  { cluster, service }: ServiceName,
  filter: { readonly createdAfter?: Date; readonly status?: ServiceDeploymentStatus[] } = {},
): Promise<readonly ServiceDeploymentBrief[]> {
  const { createdAfter, status } = filter
  const answer = await aws.call('serviceDeployments', `list the deployments of service \`${service}\``, (options) =>
    aws.clients.ecs.send(
      new ListServiceDeploymentsCommand({
        cluster,
        service,
        maxResults: 100,
        ...(createdAfter === undefined ? {} : { createdAt: { after: createdAfter } }),
        ...(status === undefined ? {} : { status }),
      }),
      options,
    ),
  )
  return [...(answer.serviceDeployments ?? [])].sort(
    (a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0),
  )
}

export async function describeServiceDeployments(
  aws: AwsCalls,
  arns: readonly string[],
): Promise<readonly ServiceDeployment[]> {
  const answers = await inParallel(batches(arns, 20), AT_ONCE, (batch) =>
    aws.call('serviceDeployments', 'describe service deployments', (options) =>
      aws.clients.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [...batch] }), options),
    ),
  )
  return answers.flatMap(({ serviceDeployments = [] }) => serviceDeployments)
}

export async function describeServiceRevisions(
  aws: AwsCalls,
  arns: readonly string[],
): Promise<readonly ServiceRevision[]> {
  const answers = await inParallel(batches(arns, 20), AT_ONCE, (batch) =>
    aws.call('serviceRevisions', 'describe service revisions', (options) =>
      aws.clients.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [...batch] }), options),
    ),
  )
  return answers.flatMap(({ serviceRevisions = [] }) => serviceRevisions)
}

/** The ARNs of all tasks of a service that are meant to run, or that are meant to have stopped. */
export async function listTasks(
  aws: AwsCalls,
  { cluster, service }: ServiceName,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<readonly string[]> {
  const found: string[] = []
  let nextToken: string | undefined
  do {
    const answer = await aws.call('tasks', `list the tasks of service \`${service}\``, (options) =>
      aws.clients.ecs.send(
        new ListTasksCommand({ cluster, serviceName: service, desiredStatus, ...(nextToken ? { nextToken } : {}) }),
        options,
      ),
    )
    found.push(...(answer.taskArns ?? []))
    nextToken = answer.nextToken
  } while (nextToken)
  return found
}

export async function describeTasks(aws: AwsCalls, cluster: string, arns: readonly string[]): Promise<readonly Task[]> {
  const answers = await inParallel(batches(arns, 100), AT_ONCE, (batch) =>
    aws.call('tasks', `describe tasks in cluster \`${cluster}\``, (options) =>
      aws.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [...batch] }), options),
    ),
  )
  return answers.flatMap(({ tasks = [] }) => tasks)
}

/** The EC2 instance of each container instance. */
export async function describeContainerInstances(
  aws: AwsCalls,
  cluster: string,
  arns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const answers = await inParallel(batches(arns, 100), AT_ONCE, (batch) =>
    aws.call('other', `describe container instances in cluster \`${cluster}\``, (options) =>
      aws.clients.ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: [...batch] }), options),
    ),
  )
  return new Map(
    answers.flatMap(({ containerInstances = [] }) =>
      containerInstances.flatMap(({ containerInstanceArn, ec2InstanceId }): [string, string][] =>
        containerInstanceArn && ec2InstanceId ? [[containerInstanceArn, ec2InstanceId]] : [],
      ),
    ),
  )
}

/** One service, which must exist and be ACTIVE. @throws InputError */
export function requireService(services: ReadonlyMap<string, Service>, name: ServiceName): Service {
  const service = services.get(nameOf(name))
  if (service === undefined || service.status === 'INACTIVE') {
    throw new InputError('service', `names \`${name.service}\`, which does not exist in cluster \`${name.cluster}\`.`, {
      hint: 'Check the name, the cluster and the region. This action deploys to services that exist: make it first, for example with Terraform.',
    })
  }
  refuseOtherAccountOf(name, service.serviceArn ?? '')
  if (service.status !== 'ACTIVE') {
    throw new SlipwayError(`Service \`${nameOf(name)}\` is ${service.status}: it is being deleted.`, {
      hint: 'Wait until it is gone, make it again, and deploy then.',
    })
  }
  return service
}
