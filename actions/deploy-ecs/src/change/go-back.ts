import type { UpdateServiceRequest } from '@aws-sdk/client-ecs'
import { isRefusal } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import { describeTaskDefinition, isDeployable } from '../aws/task-definitions.ts'
import type { Context } from '../inputs/context.ts'
import { register } from '../task-definition/register.ts'
import { toRegistration } from '../task-definition/registration.ts'
import { type RolloutStart, type StartedRollout, startRollout, updateRequest } from './start-rollout.ts'

/**
 * Updates a service to an earlier revision. ECS refuses one that was deregistered, as Terraform does with each revision that it
 * replaces: then the same content is registered again. `settings`: what else to change in the service.
 */
export async function goBack(
  { aws, log }: Pick<Context, 'aws' | 'log'>,
  start: RolloutStart,
  settings: Omit<Partial<UpdateServiceRequest>, 'taskDefinition'>,
): Promise<StartedRollout> {
  const startAt = (taskDefinition: string) => {
    const there = { ...start, taskDefinition }
    return startRollout(aws, there, {}, { ...updateRequest(there, {}), ...settings })
  }
  try {
    return await startAt(start.taskDefinition)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const revision = await describeTaskDefinition(aws, start.taskDefinition)
    if (revision === undefined || isDeployable(revision)) throw error
    const { arn } = await register(aws, toRegistration(revision.taskDefinition, revision.tags))
    log.notice(
      `${revisionName(start.taskDefinition)} was deregistered: service \`${nameOf(start.name)}\` goes back to ${revisionName(arn)}, which has the same content.`,
    )
    return startAt(arn)
  }
}
