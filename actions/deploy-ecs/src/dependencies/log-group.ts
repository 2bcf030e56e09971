import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { readPages } from '../../../../toolkit/aws/pages.ts'
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
      let isThere = false
      await readPages('log groups', async (nextToken) => {
        const page = await aws.clients.logs(region).send(
          new DescribeLogGroupsCommand({
            logGroupNamePrefix: name,
            ...(nextToken ? { nextToken } : {}),
          }),
          options,
        )
        isThere = page.logGroups?.some(({ logGroupName }) => logGroupName === name) ?? false
        return isThere ? undefined : page.nextToken
      })
      return isThere
    },
    judge: (isThere) =>
      isThere
        ? FOUND
        : missing(
            `does not exist in ${region}`,
            'Create it, or set the option `awslogs-create-group` to `true` and allow the execution role to create it',
          ),
  })
