import { groupsServing, loadBalancersServing } from '../../../../actions/deploy-ecs/src/observe/blue-green.ts'
import { minimumDurationMs } from '../../../../actions/deploy-ecs/src/prepare/timeout.ts'

const MINUTE = 60_000

test.each([
  [undefined, 0],
  [{ strategy: 'ROLLING', bakeTimeInMinutes: 3 }, 3],
  [{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 }, 10],
  // AWS's defaults: ten steps with 6 minutes between them; 10 minutes for the canary.
  [{ strategy: 'LINEAR' }, 54],
  [{ strategy: 'CANARY', bakeTimeInMinutes: 5 }, 15],
  [{ strategy: 'LINEAR', linearConfiguration: { stepPercent: 30, stepBakeTimeInMinutes: 2 }, bakeTimeInMinutes: 1 }, 7],
  [{ strategy: 'LINEAR', linearConfiguration: { stepPercent: 100, stepBakeTimeInMinutes: 20 } }, 0],
  [{ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 100, canaryBakeTimeInMinutes: 20 } }, 0],
] as const)('%j takes ECS %d minutes at least', (configuration, minutes) => {
  expect(minimumDurationMs(configuration)).toBe(minutes * MINUTE)
})

describe('the target groups that serve a revision', () => {
  const shifting = { targetGroupArn: 'blue', alternateTargetGroupArn: 'green', containerName: 'app', containerPort: 80 }
  const single = { targetGroupArn: 'metrics', containerName: 'app', containerPort: 9090 }
  const ofRevision = (...groups: string[]) =>
    groupsServing({ resolvedConfiguration: { loadBalancers: groups.map((targetGroupArn) => ({ targetGroupArn })) } })

  test.each([
    ['green', ofRevision('green', 'metrics'), 'green'],
    ['blue', ofRevision('blue', 'metrics'), 'blue'],
  ])('%s alone counts where ECS says so', (_, groups, expected) => {
    const { alternateTargetGroupArn: _alternate, ...rest } = shifting
    expect(loadBalancersServing([shifting, single], groups)).toEqual([{ ...rest, targetGroupArn: expected }, single])
  })

  test.each([
    ['says nothing', groupsServing({})],
    ['names neither', ofRevision('other')],
  ])('both may where ECS %s', (_, groups) => {
    expect(loadBalancersServing([shifting, single], groups)).toEqual([shifting, single])
  })
})
