import { pullThroughRule } from '../../../../actions/deploy-ecs/src/aws/pull-through-cache.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const registry = { account: '123456789012', region: 'eu-west-1' }
const rules = (...prefixes: readonly string[]) => ({
  pullThroughCacheRules: prefixes.map((ecrRepositoryPrefix) => ({ ecrRepositoryPrefix })),
})

test.each([
  ['hub/library/nginx', ['quay', 'hub'], 'hub'],
  ['a/b/nginx', ['a/b'], 'a/b'],
  // A rule without a prefix is for every repository.
  ['nginx', ['ROOT'], 'ROOT'],
  ['hubris/nginx', ['hub'], undefined],
  ['hub', ['hub'], undefined],
  ['nginx', [], undefined],
])('repository %s among the rules %j has the rule %s', async (repository, prefixes, rule) => {
  const { aws } = fakeAws({ DescribePullThroughCacheRules: rules(...prefixes) })
  expect(await pullThroughRule(aws, registry, repository)).toBe(rule)
})

test('reads all pages, of the account and region of the registry', async () => {
  const { aws, calls } = fakeAws({
    DescribePullThroughCacheRules: ({ nextToken }: Input) =>
      nextToken === undefined ? { ...rules('quay'), nextToken: '2' } : rules('hub'),
  })
  expect(await pullThroughRule(aws, registry, 'hub/nginx')).toBe('hub')
  expect(calls).toMatchObject([
    { region: 'eu-west-1', input: { registryId: '123456789012' } },
    { region: 'eu-west-1', input: { registryId: '123456789012', nextToken: '2' } },
  ])
})

test('returns undefined where the role may not read the rules', async () => {
  const { aws } = fakeAws({ DescribePullThroughCacheRules: awsError('AccessDeniedException') })
  expect(await pullThroughRule(aws, registry, 'hub/nginx')).toBeUndefined()
})

test('throws when the run is cancelled', async () => {
  const { aws, cancel } = fakeAws({ DescribePullThroughCacheRules: rules() })
  cancel()
  await expect(pullThroughRule(aws, registry, 'hub/nginx')).rejects.toThrow(CancelledError)
})
