import { DescribeTaskDefinitionCommand, type Tag, type TaskDefinition } from '@aws-sdk/client-ecs'
import type { AwsCalls } from './aws-calls.ts'
import { revisionName } from './short-names.ts'

/** A registered revision of a task definition. */
export interface Revision {
  readonly taskDefinition: TaskDefinition
  readonly tags: readonly Tag[]
}

/** Reads a revision, by ARN or `family:revision`, or the latest ACTIVE one of a family. `undefined`: it does not exist. */
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
