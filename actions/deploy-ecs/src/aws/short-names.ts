// Short names of ECS resources, from their ARNs.
import { parseArn, resourceName, splitResource } from '../../../../toolkit/aws/arn.ts'

/** `web:42`, or `web` without a revision, of a task definition's ARN; `undefined` for a text that is no such ARN. */
export function parseTaskDefinitionArn(text: string): string | undefined {
  const arn = parseArn(text)
  if (arn?.service !== 'ecs' || arn.region === '' || arn.accountId === '') return undefined
  const { type, id } = splitResource(arn)
  return type === 'task-definition' && /^[\w-]+(:\d+)?$/.test(id) ? id : undefined
}

/** `family:revision` of a task definition's ARN; any other text as it is. */
export const revisionName = (arn: string): string => parseTaskDefinitionArn(arn) ?? arn

/** The family of a revision, given by ARN or as `family:revision`. */
export const familyOf = (revision: string): string => revisionName(revision).replace(/:\d+$/, '')

/** The number of a revision, given by ARN or as `family:revision`. */
export const revisionNumber = (revision: string): number => Number(/:(\d+)$/.exec(revision)?.[1])

/** The name of a target group, from its ARN; any other text as it is. */
export function targetGroupName(text: string): string {
  const arn = parseArn(text)
  const { type, id } = arn === undefined ? { type: '', id: '' } : splitResource(arn)
  return type === 'targetgroup' ? id.replace(/\/.*$/, '') : text
}

/** The id of a task, from its ARN. */
export const taskId = (arn: string): string => resourceName(arn)

/** The region of an ARN; '' for a text that is none. */
export const regionOf = (arn: string): string => parseArn(arn)?.region ?? ''

/** The account of an ARN; '' for a text that is none. */
export const accountOf = (arn: string): string => parseArn(arn)?.accountId ?? ''
