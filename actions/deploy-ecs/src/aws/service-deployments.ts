import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  type ServiceDeploymentBrief,
  type ServiceDeploymentStatus,
  type ServiceRevision,
} from '@aws-sdk/client-ecs'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { batches } from './ask-in-batches.ts'
import type { AwsCalls } from './aws-calls.ts'
import type { ServiceName } from './service-name.ts'

const AT_ONCE = 4

/** The newest 100 service deployments of a service that match the filter, newest first. */
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

/** Describes service deployments, twenty for each call. */
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

/** Describes service revisions, twenty for each call. */
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
