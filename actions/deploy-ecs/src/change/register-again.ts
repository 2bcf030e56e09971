import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { sentencesFor, warnOrRefuse } from '../prepare/unknown-members.ts'
import type { LoadedTaskDefinition } from '../task-definition/load-task-definition.ts'
import { register } from '../task-definition/register.ts'

/**
 * Registers the content of a deregistered revision again, as ECS refuses to update a service to it. @returns the ARN
 * @throws SlipwayError where `unknown-members` is `refuse`, and the content has members that the SDK does not know
 */
export async function registerAgain(
  { aws, log, inputs }: Pick<Context, 'aws' | 'log' | 'inputs'>,
  name: ServiceName,
  { source, registration, unknown }: Pick<LoadedTaskDefinition, 'source' | 'registration' | 'unknown'>,
): Promise<string> {
  warnOrRefuse({ inputs, log }, sentencesFor({ source, unknown }))
  const { arn } = await register(aws, registration)
  log.notice(
    `${source} was deregistered: service \`${nameOf(name)}\` goes back to ${revisionName(arn)}, which has the same content.`,
  )
  return arn
}
