import { DescribeTaskDefinitionCommand, type Tag, type TaskDefinition } from '@aws-sdk/client-ecs'
import type { AwsCalls } from './aws-calls.ts'
import { keepRawAnswer } from './raw-answer.ts'
import { revisionName } from './short-names.ts'

/** A registered revision of a task definition. */
export interface Revision {
  readonly taskDefinition: TaskDefinition
  readonly tags: readonly Tag[]
  /** The task definition as AWS sent it, also with members that the SDK does not know. */
  readonly raw?: object
}

/** Whether ECS deploys a revision: not one that was deregistered or is being deleted. */
export const isDeployable = ({ taskDefinition: { status = 'ACTIVE' } }: Revision): boolean => status === 'ACTIVE'

/** Reads a revision, by ARN or `family:revision`, or the latest ACTIVE one of a family. `undefined`: it does not exist. */
export async function describeTaskDefinition(aws: AwsCalls, taskDefinition: string): Promise<Revision | undefined> {
  const doing = `describe task definition \`${revisionName(taskDefinition)}\``
  const command = new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] })
  const raw = keepRawAnswer(command)
  const answer = await aws.call('taskDefinitions', doing, (options) =>
    aws.clients.ecs.send(command, options).catch((error) => {
      if (error instanceof Error && /unable to describe task definition|not found/i.test(error.message))
        return undefined
      throw error
    }),
  )
  if (answer?.taskDefinition === undefined) return undefined
  const sent = (raw() as { readonly taskDefinition?: object } | undefined)?.taskDefinition
  return {
    taskDefinition: answer.taskDefinition,
    tags: answer.tags ?? [],
    ...(sent === undefined ? {} : { raw: sent }),
  }
}
