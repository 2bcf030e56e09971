import type { UpdateServiceRequest } from '@aws-sdk/client-ecs'
import { isRefusal } from '../aws/errors.ts'
import { revisionName } from '../aws/short-names.ts'
import { describeTaskDefinition, isDeployable } from '../aws/task-definitions.ts'
import type { Context } from '../inputs/context.ts'
import { toRegistration } from '../task-definition/registration.ts'
import { unknownMembers } from '../task-definition/unknown-members.ts'
import { registerAgain } from './register-again.ts'
import { type RolloutStart, type StartedRollout, startRollout, updateRequest } from './start-rollout.ts'

/**
 * Updates a service to an earlier revision. ECS refuses one that was deregistered, as Terraform does with each revision that it
 * replaces: then the same content is registered again. `settings`: what else to change in the service.
 * @throws SlipwayError where `unknown-members` is `refuse`, and the content has members that the SDK does not know
 */
export async function goBack(
  { aws, log, inputs }: Pick<Context, 'aws' | 'log' | 'inputs'>,
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
    const arn = await registerAgain({ aws, log, inputs }, start.name, {
      source: revisionName(start.taskDefinition),
      registration: toRegistration(revision.taskDefinition, revision.tags),
      unknown: unknownMembers(revision.raw ?? {}),
    })
    return startAt(arn)
  }
}
