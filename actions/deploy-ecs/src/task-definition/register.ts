import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { sdkError } from '../../../../toolkit/aws/aws-error.ts'
import { retry } from '../../../../toolkit/retry.ts'
import { type AwsCalls, CHECKED_RETRIES, CHECKED_RETRIES_MS } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'
import { describeTaskDefinition } from '../aws/task-definitions.ts'
import { type Registration, toRegistration } from './registration.ts'
import { sameRegistration } from './same-registration.ts'

/** A revision that a service can run. */
export interface Registered {
  readonly arn: string
  /** False where an identical revision was registered before. */
  readonly isNew: boolean
}

/**
 * Registers a task definition, unless the newest revision of the family is the same. That is checked before each attempt, so a
 * registration whose answer was lost is not repeated.
 */
export async function register(aws: AwsCalls, registration: Registration): Promise<Registered> {
  const present = await sameAsNewest(aws, registration)
  if (present !== undefined) return { arn: present, isNew: false }
  return retry(
    async (attempt): Promise<Registered> => {
      const made = attempt === 1 ? undefined : await sameAsNewest(aws, registration)
      if (made !== undefined) return { arn: made, isNew: true }
      const { taskDefinition } = await aws.callOnce(
        'register',
        `register task definition \`${registration.family}\``,
        (options) =>
          aws.clients.ecs.send(
            new RegisterTaskDefinitionCommand({
              ...registration,
              containerDefinitions: [...registration.containerDefinitions],
            }),
            options,
          ),
      )
      return { arn: taskDefinition?.taskDefinitionArn ?? '', isNew: true }
    },
    {
      clock: aws.clock,
      signal: aws.signal,
      ...CHECKED_RETRIES,
      until: aws.clock.now() + CHECKED_RETRIES_MS,
      retryable,
    },
  )
}

async function sameAsNewest(aws: AwsCalls, registration: Registration): Promise<string | undefined> {
  const newest = await describeTaskDefinition(aws, registration.family)
  if (newest?.taskDefinition.taskDefinitionArn === undefined) return undefined
  const same = sameRegistration(registration, toRegistration(newest.taskDefinition, newest.tags))
  return same ? newest.taskDefinition.taskDefinitionArn : undefined
}

/** AWS reports two registrations at the same time as a ClientException. */
function retryable(error: unknown): boolean {
  const cause = sdkError(error)
  return isRetryable(error) || (cause instanceof Error && /too many concurrent attempts/i.test(cause.message))
}
