import { DescribePullThroughCacheRulesCommand } from '@aws-sdk/client-ecr'
import { readPages } from '../../../../toolkit/aws/pages.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from './aws-calls.ts'

/** The prefix of a rule for all repositories. */
const ROOT = 'ROOT'

/**
 * The prefix of the pull-through cache rule for a repository. ECR creates its images, and the repository, with the first pull;
 * DescribeImages does not fetch them. `undefined` where there is no rule, or the role may not read rules.
 */
export async function pullThroughRule(
  aws: AwsCalls,
  { account, region }: { readonly account?: string; readonly region: string },
  repository: string,
): Promise<string | undefined> {
  let found: string | undefined
  try {
    await readPages('pull-through cache rules', async (nextToken) => {
      const answer = await aws.call('other', 'look for pull-through cache rules', (options) =>
        aws.clients.ecr(region).send(
          new DescribePullThroughCacheRulesCommand({
            ...(account === undefined ? {} : { registryId: account }),
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
          options,
        ),
      )
      const prefixes = (answer.pullThroughCacheRules ?? []).flatMap(
        ({ ecrRepositoryPrefix }) => ecrRepositoryPrefix ?? [],
      )
      found = prefixes.find((prefix) => prefix === ROOT || repository.startsWith(`${prefix}/`))
      return found === undefined ? answer.nextToken : undefined
    })
  } catch (error) {
    if (error instanceof CancelledError) throw error
  }
  return found
}
