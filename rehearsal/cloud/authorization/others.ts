// Services that the actions only ask: https://docs.aws.amazon.com/service-authorization/latest/reference/
import { formatArn, formatGlobalArn } from '../kernel/arn.ts'
import { type AccessTable, list, on, requestTags, text } from './access.ts'

const everywhere = (service: string, operations: readonly string[]): AccessTable =>
  Object.fromEntries(operations.map((operation) => [operation, () => on(`${service}:${operation}`, '*')]))

export const OTHER_ACCESS: Readonly<Record<string, AccessTable>> = {
  'application-autoscaling': everywhere('application-autoscaling', ['DescribeScalableTargets']),
  elasticloadbalancing: everywhere('elasticloadbalancing', ['DescribeTargetGroups', 'DescribeTargetHealth']),
  ssm: everywhere('ssm', ['DescribeParameters']),

  logs: {
    ...everywhere('logs', ['DescribeLogGroups']),
    GetLogEvents: ({ scope, input }) => {
      const group =
        text(input, 'logGroupIdentifier') || formatArn('logs', scope, `log-group:${text(input, 'logGroupName')}`)
      return on('logs:GetLogEvents', [`${group}:log-stream:${text(input, 'logStreamName')}`])
    },
  },

  secretsmanager: {
    // AWS appends six characters to a secret's name.
    DescribeSecret: ({ scope, input }) => {
      const id = text(input, 'SecretId')
      return on('secretsmanager:DescribeSecret', [
        id.startsWith('arn:') ? id : formatArn('secretsmanager', scope, `secret:${id}-AbCdEf`),
      ])
    },
  },

  iam: {
    GetRole: ({ scope, input }) =>
      on('iam:GetRole', [formatGlobalArn('iam', scope.account, `role/${text(input, 'RoleName')}`)]),
  },

  // Needs no permission, or is decided by the role's trust policy alone.
  sts: {
    GetCallerIdentity: () => [],
    AssumeRoleWithWebIdentity: () => [],
    AssumeRole: ({ input }) => {
      const role = [text(input, 'RoleArn')]
      const tags = list(input, 'Tags')
      const context = requestTags(tags)
      return [...on('sts:AssumeRole', role, context), ...(tags.length > 0 ? on('sts:TagSession', role, context) : [])]
    },
  },
}
