import type { Service } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import type { ServiceName } from '../aws/service-name.ts'
import { familyOf } from '../aws/short-names.ts'
import { describeTaskDefinition } from '../aws/task-definitions.ts'
import { startRollout } from '../change/start-rollout.ts'
import type { Rollout } from '../observe/rollout.ts'

/**
 * Scales a service to zero that ran nothing before, and sets it back to its previous revision. ECS may refuse that revision:
 * Terraform deregisters a template that it replaces, and the service stays on it. Then the newest revision of the family
 * takes its place; without one, only the desired count changes. The previous revision is not expected to start any task:
 * Terraform's template names no image.
 */
export async function scaleToZero(
  aws: AwsCalls,
  name: ServiceName,
  before: Service,
  previousTaskDefinition: string,
): Promise<Rollout> {
  const none = { desiredCount: 0 } as const
  const start = { name, before, shipped: [] }
  try {
    return await startRollout(aws, { ...start, taskDefinition: previousTaskDefinition }, none)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  const newest = await newestOf(aws, familyOf(previousTaskDefinition))
  if (newest !== undefined) return startRollout(aws, { ...start, taskDefinition: newest }, none)
  const { cluster, service } = name
  const asItIs = { ...start, taskDefinition: before.taskDefinition ?? '' }
  return startRollout(aws, asItIs, none, { cluster, service, ...none })
}

/** The newest revision of a family; `undefined` where it may not be read, as the tasks have to go in any case. */
async function newestOf(aws: AwsCalls, family: string): Promise<string | undefined> {
  try {
    return (await describeTaskDefinition(aws, family))?.taskDefinition.taskDefinitionArn
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}
