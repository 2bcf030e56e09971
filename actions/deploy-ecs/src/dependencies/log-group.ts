import { DescribeLogGroupsCommand, type DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing } from './lookup.ts'

/** Whether a log group is there. CloudWatch looks by the beginning of a name, and has a group before those that go on. */
export const lookUpLogGroup = (
  aws: AwsCalls,
  { name, region }: Dependency & { readonly kind: 'log group' },
): Promise<Lookup> =>
  lookUp(aws, {
    permission: 'logs:DescribeLogGroups',
    what: `log group \`${name}\``,
    ask: async (options) => {
      let nextToken: string | undefined
      do {
        const page: DescribeLogGroupsResponse = await aws.clients.logs(region).send(
          new DescribeLogGroupsCommand({
            logGroupNamePrefix: name,
            ...(nextToken ? { nextToken } : {}),
          }),
          options,
        )
        if (page.logGroups?.some(({ logGroupName }) => logGroupName === name)) return true
        nextToken = page.nextToken
      } while (nextToken)
      return false
    },
    judge: (isThere) =>
      isThere
        ? FOUND
        : missing(
            `does not exist in ${region}`,
            'Make it, or set the option `awslogs-create-group` to `true` and let the execution role create it',
          ),
  })
