import {
  findServiceDeployment,
  ServiceDeploymentFinder,
} from '../../../../actions/deploy-ecs/src/observe/find-service-deployment.ts'
import type { Rollout } from '../../../../actions/deploy-ecs/src/observe/rollout.ts'
import { type Answer, awsError, fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'
import { followed, MADE } from '../../../support/deploy-ecs/observations.ts'

const rollout = (service = 'web', taskDefinition = 'web:2'): Rollout =>
  ({ ...followed, taskDefinition, name: { cluster: 'prod', service }, adopts: true }) as Rollout

/** A service deployment `id` for `taskDefinition`, made so many ms after the deployment. */
const made = (id: string, taskDefinition: string, afterMs: number) => ({
  ...{
    serviceDeploymentArn: id,
    targetServiceRevisionArn: `of ${taskDefinition}`,
    createdAt: new Date(MADE + afterMs),
  },
})
const revisionsOf = ({ serviceRevisionArns }: Readonly<Record<string, unknown>>) => ({
  serviceRevisions: (serviceRevisionArns as string[]).map((serviceRevisionArn) => ({
    ...{ serviceRevisionArn, taskDefinition: serviceRevisionArn.replace('of ', '') },
    resolvedConfiguration: { loadBalancers: [{ targetGroupArn: 'green' }] },
  })),
})
const describedAs =
  (status: string) =>
  ({ serviceDeploymentArns }: Readonly<Record<string, unknown>>) => ({
    serviceDeployments: (serviceDeploymentArns as string[]).map((serviceDeploymentArn) => ({
      serviceDeploymentArn,
      status,
    })),
  })
const answers = (listed: readonly object[], more: Readonly<Record<string, Answer>> = {}) => ({
  ListServiceDeployments: { serviceDeployments: listed },
  DescribeServiceRevisions: revisionsOf,
  DescribeServiceDeployments: describedAs('IN_PROGRESS'),
  ...more,
})

test.each([
  ['the one for our revision', [made('other', 'web:1', 100), made('ours', 'web:2', 200)], 'ours'],
  ['the nearest in time of two', [made('later', 'web:2', 50_000), made('ours', 'web:2', 200)], 'ours'],
  ['one made just before the deployment', [made('ours', 'web:2', -4_000)], 'ours'],
  // The list lags, and shows one of an earlier deploy of the same revision.
  ['none from before our deployment', [made('earlier', 'web:2', -10_000)], undefined],
  ['none for another revision', [made('other', 'web:3', 100)], undefined],
  ['none that has no revision yet', [{ serviceDeploymentArn: 'ours', createdAt: new Date(MADE) }], undefined],
  ['none where none is listed', [], undefined],
])('finds %s', async (_, listed, arn) => {
  expect(await findServiceDeployment(fakeAws(answers(listed)).aws, rollout())).toBe(arn)
})

test('lists each service until its own is found, and then only describes it', async () => {
  const listed = [made('ours', 'web:2', 0)]
  const { aws, calls } = fakeAws(
    answers([], { ListServiceDeployments: (_, count) => ({ serviceDeployments: count === 1 ? [] : listed }) }),
  )
  const finder = new ServiceDeploymentFinder(aws, () => {})
  const looks = []
  for (let look = 1; look <= 3; look++) looks.push((await finder.read([rollout()])).seen.get('prod/web')?.arn)
  expect(looks).toEqual([undefined, 'ours', 'ours'])
  expect(calls.map(({ operation }) => operation)).toEqual([
    'ListServiceDeployments',
    ...['ListServiceDeployments', 'DescribeServiceRevisions', 'DescribeServiceDeployments'],
    'DescribeServiceDeployments',
  ])
  expect(finder.groupsOf(rollout())).toEqual(new Set(['green']))
})

test('a service that may not be read is reported once, and not asked for again', async () => {
  const { aws, requests } = fakeAws(
    answers([], {
      ListServiceDeployments: ({ service }) => {
        if (service === 'api') throw awsError('AccessDeniedException')
        return { serviceDeployments: [made('ours', 'web:2', 0)] }
      },
    }),
  )
  const notices: string[] = []
  const finder = new ServiceDeploymentFinder(aws, (line) => notices.push(line))
  for (let look = 1; look <= 2; look++) {
    const { seen, failed } = await finder.read([rollout('web'), rollout('api')])
    expect([...seen.keys()]).toEqual(['prod/web'])
    expect(failed.size).toBe(0)
  }
  expect(notices).toEqual([expect.stringMatching(/`prod\/api`.*AccessDeniedException/s)])
  expect(requests('ListServiceDeployments').filter(({ service }) => service === 'api')).toHaveLength(1)
})

test.each(['ListServiceDeployments', 'DescribeServiceRevisions', 'DescribeServiceDeployments'])(
  'an error of %s that a retry can fix fails this look at the service alone',
  async (operation) => {
    let fails = true
    const normal: Readonly<Record<string, Answer>> = answers([made('ours', 'web:2', 0)])
    const { aws } = fakeAws({
      ...normal,
      [operation]: (input, count) => {
        if (fails) throw awsError('ThrottlingException')
        const answer = normal[operation]
        return typeof answer === 'function' ? answer(input, count) : (answer ?? {})
      },
    })
    const finder = new ServiceDeploymentFinder(aws, () => {})
    const { seen, failed } = await finder.read([rollout()])
    expect([...seen]).toEqual([])
    expect([...failed.keys()]).toEqual(['prod/web'])
    fails = false
    expect((await finder.read([rollout()])).seen.get('prod/web')?.arn).toBe('ours')
  },
)

test('findServiceDeployment throws an error that is no refusal, and is undefined for a refusal', async () => {
  const failing = (name: string) => fakeAws(answers([], { ListServiceDeployments: awsError(name) })).aws
  await expect(findServiceDeployment(failing('ExpiredTokenException'), rollout())).rejects.toThrow(
    'ExpiredTokenException',
  )
  expect(await findServiceDeployment(failing('AccessDeniedException'), rollout())).toBeUndefined()
})
