import { DescribeLogGroupsCommand, type DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Dependency } from './collect.ts'
import { FOUND, type Lookup, lookUp, missing } from './lookup.ts'

/** Looks up a log group by its exact name. CloudWatch lists groups by a prefix. */
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
            'Create it, or set the option `awslogs-create-group` to `true` and allow the execution role to create it',
          ),
  })
