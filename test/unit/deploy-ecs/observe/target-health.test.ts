import { targetsOf } from '../../../../actions/deploy-ecs/src/observe/target-health.ts'
import { GROUP, task } from '../../../support/deploy-ecs/observations.ts'

describe('the target of a task', () => {
  const balancer = { targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }
  const health = (Id: string, Port: number, State: 'healthy' | 'initial') => ({
    Target: { Id, Port },
    TargetHealth: { State },
  })

  test('with awsvpc is the IP address of the task', () => {
    expect(
      targetsOf(
        balancer,
        [task('1'), task('2')],
        [health('10.0.0.1', 80, 'healthy'), health('10.0.0.1', 81, 'initial')],
        new Map(),
      ),
    ).toEqual([
      { targetGroupArn: GROUP, taskArn: task('1').arn, target: '10.0.0.1:80', state: 'healthy' },
      { targetGroupArn: GROUP, taskArn: task('2').arn, target: '10.0.0.2:80', state: 'unregistered' },
    ])
  })

  test('with bridge is its instance and host port: the same port of another instance is another target', () => {
    const bridged = task('1', {
      addresses: [],
      containerInstanceArn: 'ci-1',
      containers: [{ name: 'app', hostPorts: [{ containerPort: 80, hostPort: 32768 }] }],
    })
    const both = [health('i-1', 32768, 'initial'), health('i-2', 32768, 'healthy')]
    const [seen] = targetsOf(balancer, [bridged], both, new Map([['ci-1', 'i-1']]))
    expect(seen).toMatchObject({ target: 'i-1:32768', state: 'initial' })
  })

  test('with host is its instance and container port, as ECS shows no host ports', () => {
    const hosted = (id: string, lastStatus: string) =>
      task(id, { lastStatus, addresses: [], containerInstanceArn: `ci-${id}` })
    const groups = [health('i-1', 80, 'healthy'), health('i-2', 80, 'healthy')]
    const instances = new Map([
      ['ci-1', 'i-1'],
      ['ci-2', 'i-2'],
    ])
    expect(targetsOf(balancer, [hosted('1', 'RUNNING'), hosted('2', 'PENDING')], groups, instances)).toMatchObject([
      { target: 'i-1:80', state: 'healthy' },
      // The healthy target belongs to the task that ran before it.
      { target: 'not yet known', state: 'unregistered' },
    ])
  })
})
