import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { readPages } from '../../../../toolkit/aws/pages.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { batches } from './ask-in-batches.ts'
import type { AwsCalls } from './aws-calls.ts'
import type { ServiceName } from './service-name.ts'

const AT_ONCE = 4

/** The ARNs of all tasks of a service with this desired status. ECS lists stopped ones for about an hour. */
export async function listTasks(
  aws: AwsCalls,
  { cluster, service }: ServiceName,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<readonly string[]> {
  const found: string[] = []
  await readPages(`tasks of service \`${service}\``, async (nextToken) => {
    const answer = await aws.call('tasks', `list the tasks of service \`${service}\``, (options) =>
      aws.clients.ecs.send(
        new ListTasksCommand({ cluster, serviceName: service, desiredStatus, ...(nextToken ? { nextToken } : {}) }),
        options,
      ),
    )
    found.push(...(answer.taskArns ?? []))
    return answer.nextToken
  })
  return found
}

/** Describes tasks, a hundred for each call. ECS leaves out those that it no longer knows. */
export async function describeTasks(aws: AwsCalls, cluster: string, arns: readonly string[]): Promise<readonly Task[]> {
  const answers = await inParallel(batches(arns, 100), AT_ONCE, (batch) =>
    aws.call('tasks', `describe tasks in cluster \`${cluster}\``, (options) =>
      aws.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [...batch] }), options),
    ),
  )
  return answers.flatMap(({ tasks = [] }) => tasks)
}

/** EC2 instance ids by container instance ARN, without instances outside of EC2. */
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
