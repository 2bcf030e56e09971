import type { ServiceDeploymentStatus } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { describeServiceRevisions, listServiceDeployments } from '../aws/service-deployments.ts'
import type { ServiceName } from '../aws/service-name.ts'

/** A past deployment of a service. */
export interface PastDeployment {
  /** ARN of its revision. */
  readonly taskDefinition: string
  readonly createdAt: number
  /** Whether its status is SUCCESSFUL: it was neither rolled back nor stopped. */
  readonly succeeded: boolean
}

/** The newest 100 deployments of a service, newest first. ECS keeps 90 days. Empty where the role may not read them. */
export async function readHistory(
  aws: AwsCalls,
  name: ServiceName,
  filter: { readonly status?: ServiceDeploymentStatus[] } = {},
): Promise<readonly PastDeployment[]> {
  try {
    const listed = await listServiceDeployments(aws, name, filter)
    const arns = listed.flatMap(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? [])
    const revisions = await describeServiceRevisions(aws, [...new Set(arns)])
    const byArn = new Map(
      revisions.map(({ serviceRevisionArn, taskDefinition }) => [serviceRevisionArn, taskDefinition]),
    )
    return listed.flatMap(({ targetServiceRevisionArn, createdAt, status }): PastDeployment[] => {
      const taskDefinition = byArn.get(targetServiceRevisionArn)
      if (taskDefinition === undefined) return []
      return [{ taskDefinition, createdAt: createdAt?.getTime() ?? 0, succeeded: status === 'SUCCESSFUL' }]
    })
  } catch (error) {
    if (isRefusal(error)) return []
    throw error
  }
}
