import { notHealthy, rolloutComplete, wantedTasks } from '../../../../actions/deploy-ecs/src/observe/progress.ts'
import {
  deployment,
  earlier,
  followed,
  healthy,
  record,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

const { rolloutState: _state, rolloutStateReason: _reason, ...classic } = deployment()

describe('rolloutComplete', () => {
  test.each([
    ['IN_PROGRESS', 'SUCCESSFUL', true],
    ['COMPLETED', 'IN_PROGRESS', false],
    ['COMPLETED', 'ROLLBACK_SUCCESSFUL', false],
  ])('with rollout state %s goes by the service deployment that is %s: %s', (rolloutState, status, expected) => {
    const own = deployment({ rolloutState })
    expect(rolloutComplete(own, { at: 0, service: service([own]), serviceDeployment: record(status) })).toBe(expected)
  })

  test.each([
    ['COMPLETED', true],
    ['IN_PROGRESS', false],
    ['FAILED', false],
  ])('without a service deployment goes by the rollout state %s: %s', (rolloutState, expected) => {
    const own = deployment({ rolloutState })
    expect(rolloutComplete(own, { at: 0, service: service([own]) })).toBe(expected)
  })

  test('behind a Classic load balancer waits until ours is the only one, with all tasks', () => {
    expect(rolloutComplete(classic, { at: 0, service: service([classic]) })).toBe(true)
    expect(rolloutComplete(classic, { at: 0, service: service([classic, earlier()]) })).toBe(false)
    const fewer = { ...classic, runningCount: 1 }
    expect(rolloutComplete(fewer, { at: 0, service: service([fewer]) })).toBe(false)
  })
})

test.each([
  [2, 2, 2],
  // ECS shows 0 for a deployment that has no tasks yet.
  [0, 2, 2],
  [3, 2, 3],
])('a deployment of %d and a service of %d tasks want %d', (ours, all, wanted) => {
  expect(wantedTasks(deployment({ desiredCount: ours }), service([], { desiredCount: all }))).toBe(wanted)
})

describe('notHealthy', () => {
  const own = deployment({ rolloutState: 'COMPLETED' })

  test('is empty when the rollout is complete and all targets are healthy', () => {
    expect(notHealthy(followed, own, healthy)).toEqual([])
  })

  test('is empty for a service that wants no tasks', () => {
    const none = deployment({ rolloutState: 'COMPLETED', desiredCount: 0, runningCount: 0 })
    expect(notHealthy(followed, none, { at: 0, service: service([none], { desiredCount: 0 }) })).toEqual([])
  })

  test.each([
    ['the service is not shown', own, { at: 0 }, ['service']],
    [
      'the rollout goes on',
      deployment({ runningCount: 1, pendingCount: 1, failedTasks: 3 }),
      healthy,
      ['IN_PROGRESS', '1', '2', '3 failed'],
    ],
    ['tasks were not read', own, { at: 0, service: service([own]) }, ['tasks']],
    ['a task is missing', own, { ...healthy, tasks: [task('1')] }, ['1', '2', 'web:2']],
    [
      'a target is unhealthy',
      own,
      { ...healthy, targets: [target('1'), target('2', { state: 'unhealthy' })] },
      ['10.0.0.2:80', 'unhealthy'],
    ],
  ])('has one line when %s', (_, ours, latest, parts) => {
    const lines = notHealthy(followed, ours, latest)
    expect(lines).toHaveLength(1)
    for (const part of parts) expect(lines[0]).toContain(part)
  })
})
