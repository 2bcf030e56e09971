import { DescribeLogGroupsCommand, type DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Thing } from './collect.ts'
import { type Finding, lookFor, THERE, wrong } from './lookup.ts'

/** Whether a log group is there. CloudWatch looks by the beginning of a name, and has a group before those that go on. */
export const lookForLogGroup = (
  aws: AwsCalls,
  { name, region }: Thing & { readonly kind: 'log group' },
): Promise<Finding> =>
  lookFor(aws, {
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
        ? THERE
        : wrong(
            `does not exist in ${region}`,
            'Make it, or set the option `awslogs-create-group` to `true` and let the execution role create it',
          ),
  })
