import {
  describeTarget,
  healthyCount,
  liveTasks,
  unhealthiness,
} from '../../../../actions/deploy-ecs/src/observe/task-health.ts'
import {
  deployment,
  failedTask,
  GROUP,
  healthy,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

test('liveTasks leaves out tasks that have stopped or are stopping', () => {
  const stopping = task('3', { stoppedReason: 'Scaling activity initiated by (deployment x)' })
  const tasks = [task('1'), failedTask('2'), stopping, task('4', { lastStatus: 'PENDING' })]
  expect(liveTasks(tasks)).toEqual([tasks[0], tasks[3]])
})

describe('unhealthiness', () => {
  const balanced = service([deployment()])
  const GREEN = GROUP.replace('targetgroup/web', 'targetgroup/green')
  const shifting = service([deployment()], {
    loadBalancers: [{ targetGroupArn: GROUP, alternateTargetGroupArn: GREEN, containerName: 'app', containerPort: 80 }],
  })
  const second = service([deployment()], {
    loadBalancers: [GROUP, GREEN].map((targetGroupArn) => ({
      targetGroupArn,
      containerName: 'app',
      containerPort: 80,
    })),
  })
  const alone = service([deployment()], { loadBalancers: [] })

  test.each([
    ['its target is healthy', task('1'), balanced, [target('1')]],
    [
      'one of two target groups that change places says healthy',
      task('1'),
      shifting,
      [target('1', { state: 'unhealthy' }), target('1', { targetGroupArn: GREEN })],
    ],
    ['it runs without a load balancer', task('1'), alone, []],
    ['its container health check is not known yet', task('1', { healthStatus: 'UNKNOWN' }), alone, []],
  ])('is empty where %s', (_, seen, of, targets) => {
    expect(unhealthiness(seen, of, targets)).toEqual([])
  })

  test.each([
    ['it is PENDING', task('1', { lastStatus: 'PENDING' }), balanced, [target('1')], ['PENDING']],
    [
      'its container health check fails',
      task('1', { healthStatus: 'UNHEALTHY' }),
      balanced,
      [target('1')],
      ['health check'],
    ],
    [
      'its target is initial',
      task('1'),
      balanced,
      [target('1', { state: 'initial', reason: 'Elb.RegistrationInProgress' })],
      ['10.0.0.1:80', 'initial (Elb.RegistrationInProgress)'],
    ],
    ['it is unregistered', task('1'), balanced, [target('1', { state: 'unregistered' })], ['not registered', 'web']],
    ['no target is its own', task('1'), balanced, [target('2')], ['not registered']],
    ['one of two load balancers has no healthy target', task('1'), second, [target('1')], ['not registered', 'green']],
  ])('has a line where %s', (_, seen, of, targets, parts) => {
    const lines = unhealthiness(seen, of, targets)
    expect(lines).toHaveLength(1)
    for (const part of parts) expect(lines[0]).toContain(part)
  })
})

test('healthyCount counts live tasks that are healthy', () => {
  expect(healthyCount(healthy)).toBe(2)
  expect(healthyCount({ ...healthy, tasks: [task('1'), failedTask('2')] })).toBe(1)
  expect(healthyCount({ ...healthy, targets: [target('1')] })).toBe(1)
  const { targets: _, ...unread } = healthy
  expect(healthyCount(unread)).toBe(0)
  expect(healthyCount({ at: 0, tasks: [task('1')] })).toBe(0)
})

test.each([
  [{ state: 'healthy' }, 'healthy'],
  [{ state: 'unhealthy', reason: 'Target.Timeout' }, 'unhealthy (Target.Timeout)'],
  [{ state: 'unhealthy', description: 'Request timed out' }, 'unhealthy (Request timed out)'],
  [
    { state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' },
    'unhealthy (Target.Timeout: Request timed out)',
  ],
  [{ state: 'draining', reason: '', description: '' }, 'draining'],
])('%j is described as %s', (more, text) => {
  expect(describeTarget(target('1', more))).toBe(text)
})
