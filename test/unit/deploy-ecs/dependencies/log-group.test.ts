import { lookUpLogGroup } from '../../../../actions/deploy-ecs/src/dependencies/log-group.ts'
import { fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const dependency = { kind: 'log group', name: '/web', account: '123456789012', region: 'us-east-1' } as const
const groups = (...names: readonly string[]) => ({ logGroups: names.map((logGroupName) => ({ logGroupName })) })

test.each([
  [['/web'], 'found'],
  [['/web-old', '/web'], 'found'],
  [['/web-old', '/web/proxy'], 'missing'],
  [[], 'missing'],
])('among the groups %j, /web is %s', async (names, kind) => {
  const { aws, calls } = fakeAws({ DescribeLogGroups: groups(...names) })
  expect((await lookUpLogGroup(aws, dependency)).kind).toBe(kind)
  expect(calls).toEqual([
    { operation: 'DescribeLogGroups', region: 'us-east-1', input: { logGroupNamePrefix: '/web' } },
  ])
})

test('reads all pages, one of which can be empty', async () => {
  const { aws, requests } = fakeAws({
    DescribeLogGroups: ({ nextToken }: Input) =>
      nextToken === undefined
        ? { nextToken: '2' }
        : nextToken === '2'
          ? { ...groups('/web-1'), nextToken: '3' }
          : groups('/web'),
  })
  expect(await lookUpLogGroup(aws, dependency)).toEqual({ kind: 'found' })
  expect(requests('DescribeLogGroups')).toHaveLength(3)
})
