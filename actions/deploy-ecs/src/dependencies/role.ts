import { GetRoleCommand, IAMClient, type Role } from '@aws-sdk/client-iam'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing } from './lookup.ts'

const TASKS = 'ecs-tasks.amazonaws.com'

/** Checks that a role exists, has the ARN of the task definition, and trusts ECS tasks. */
export const lookUpRole = (
  aws: AwsCalls,
  { name, arn, region }: Dependency & { readonly kind: 'role' },
): Promise<Lookup> =>
  lookUp(aws, {
    permission: 'iam:GetRole',
    what: `role \`${name}\``,
    ask: (options) => aws.clients.of(IAMClient, region).send(new GetRoleCommand({ RoleName: name }), options),
    judge: ({ Role }) => judgeRole(Role, arn),
    absent: {
      error: 'NoSuchEntityException',
      lookup: missing('does not exist', 'Create it, or correct its name'),
    },
  })

function judgeRole(role: Role | undefined, arn: string | undefined): Lookup {
  if (role?.Arn !== undefined && arn !== undefined && role.Arn !== arn) {
    return missing(`does not have the ARN \`${arn}\``, `Write \`${role.Arn}\``)
  }
  return trustsTasks(role?.AssumeRolePolicyDocument)
    ? FOUND
    : missing('does not trust ECS tasks', `Allow \`sts:AssumeRole\` to the service \`${TASKS}\` in its trust policy`)
}

/** Whether a trust policy can let ECS tasks assume the role. False only if it certainly does not: conditions are not evaluated. */
export function trustsTasks(document: string | undefined): boolean {
  try {
    const { Statement } = JSON.parse(decodeURIComponent(document ?? '')) as { Statement?: unknown }
    return [Statement ?? []].flat().some((statement) => allowsTasks(statement as TrustStatement))
  } catch {
    return true
  }
}

interface TrustStatement {
  readonly Effect?: string
  readonly Action?: string | readonly string[]
  readonly NotAction?: unknown
  readonly NotPrincipal?: unknown
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>
}

function allowsTasks({ Effect, Action, NotAction, Principal, NotPrincipal }: TrustStatement): boolean {
  if (Effect !== 'Allow') return false
  const actions = [Action ?? []].flat().map((action) => action.toLowerCase())
  const principals = typeof Principal === 'string' ? [Principal] : Object.values(Principal ?? {}).flat()
  return (
    (NotAction !== undefined || actions.some((action) => ['sts:assumerole', 'sts:*', '*'].includes(action))) &&
    (NotPrincipal !== undefined || principals.some((principal) => principal === '*' || /^ecs-tasks\./.test(principal)))
  )
}
