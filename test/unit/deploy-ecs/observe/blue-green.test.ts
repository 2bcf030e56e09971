import {
  continueHookCommand,
  groupsServing,
  loadBalancersServing,
  pendingHooks,
  shiftsTraffic,
} from '../../../../actions/deploy-ecs/src/observe/blue-green.ts'
import { record } from '../../../support/deploy-ecs/observations.ts'

describe('loadBalancersServing', () => {
  const shifting = { targetGroupArn: 'blue', alternateTargetGroupArn: 'green', containerName: 'app', containerPort: 80 }
  const single = { targetGroupArn: 'metrics', containerName: 'app', containerPort: 9090 }
  const ofRevision = (...groups: string[]) =>
    groupsServing({ resolvedConfiguration: { loadBalancers: groups.map((targetGroupArn) => ({ targetGroupArn })) } })

  test.each([
    ['green', ofRevision('green', 'metrics'), 'green'],
    ['blue', ofRevision('blue', 'metrics'), 'blue'],
  ])('keeps the target group %s where ECS says that it serves the revision', (_, groups, expected) => {
    const { alternateTargetGroupArn: _alternate, ...rest } = shifting
    expect(loadBalancersServing([shifting, single], groups)).toEqual([{ ...rest, targetGroupArn: expected }, single])
  })

  test.each([
    ['says nothing', groupsServing({})],
    ['names neither', ofRevision('other')],
  ])('keeps both target groups where ECS %s', (_, groups) => {
    expect(loadBalancersServing([shifting, single], groups)).toEqual([shifting, single])
  })
})

test.each([
  [undefined, false],
  [{}, false],
  [{ strategy: 'ROLLING' }, false],
  [{ strategy: 'BLUE_GREEN' }, true],
  [{ strategy: 'LINEAR' }, true],
  [{ strategy: 'CANARY' }, true],
] as const)('a service with %j shifts traffic: %s', (deploymentConfiguration, expected) => {
  expect(shiftsTraffic(deploymentConfiguration === undefined ? {} : { deploymentConfiguration })).toBe(expected)
})

test('pendingHooks names each hook that waits, with its stage', () => {
  expect(pendingHooks(undefined)).toEqual([])
  const waiting = record('IN_PROGRESS', { awaiting: [{ hookId: 'h1' }, { hookId: 'h2' }], lifecycleStage: 'BAKE_TIME' })
  const lines = pendingHooks(waiting)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/h1.*BAKE_TIME/)
  expect(lines[1]).toContain('h2')
})

test('continueHookCommand has the region of the service deployment', () => {
  const arn = 'arn:aws:ecs:eu-west-1:123456789012:service-deployment/default/web/xyz'
  expect(continueHookCommand(arn, 'h1')).toBe(
    `aws ecs continue-service-deployment --region eu-west-1 --service-deployment-arn ${arn} --hook-id h1 --action CONTINUE`,
  )
})
