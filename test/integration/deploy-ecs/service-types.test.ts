// Services behind a Classic load balancer, of the type DAEMON, with host ports, or behind several target groups.
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs'
import { ModifyTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { revisionIn, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import {
  type EcsCloud,
  makeService,
  makeTargetGroup,
  type StackOptions,
  startEcsCloud,
} from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const ends = () => cloud.journal.entries('service-deployment').at(-1)?.['status']

const CLASSIC: StackOptions = {
  bridged: true,
  balanced: false,
  service: { loadBalancers: [{ loadBalancerName: 'classic', containerName: 'app', containerPort: 80 }] },
}
const DAEMON: StackOptions = {
  bridged: true,
  balanced: false,
  service: { schedulingStrategy: 'DAEMON', desiredCount: undefined },
}
const HOST: StackOptions = { bridged: true, taskDefinition: { networkMode: 'host' } }
const KINDS: readonly (readonly [string, StackOptions])[] = [
  ['behind a Classic load balancer, which shows no rollout state', CLASSIC],
  ['with one task on each instance (DAEMON)', DAEMON],
  ['with host ports, and instances for targets', { bridged: true }],
  ['in the network of its instance (host), of whose ports ECS says nothing', HOST],
]

describe.each(KINDS)('a service %s', (_, options) => {
  test('is deployed', async () => {
    await makeService(cloud, options)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect([done.error, done.outputs['verdict'], ends()]).toEqual([undefined, 'succeeded', 'SUCCESSFUL'])
    expect((await serviceIn(cloud))?.deployments).toHaveLength(1)
  })

  test.each([false, true])('is rolled back (only the list of deployments may be read: %s)', async (denied) => {
    await makeService(cloud, options)
    const refusal = new AwsError('AccessDeniedException', 'not authorized')
    cloud.intercept = ({ action }) => (denied && /ServiceDeployment/.test(action) ? { error: refusal } : undefined)
    const done = await deploy(cloud, { image: 'example.com/web:crash' })
    expect([done.outputs['verdict'], await revisionIn(cloud)]).toEqual(['rolled-back', 'web:1'])
    expect(done.error).toContain('Rolled back to web:1, which is healthy.')
  })
})

test('a DAEMON service is never sent a desired count, and runs on every instance (peers: fabfuel 59, 69)', async () => {
  await makeService(cloud, DAEMON)
  const sent: object[] = []
  cloud.intercept = ({ action, request }) => {
    if (action === 'UpdateService') sent.push(JSON.parse(request.body.toString()))
    return undefined
  }
  const done = await deploy(cloud, { image: 'example.com/web:next' })
  await deploy(cloud, { image: 'example.com/web:crash' })
  expect(done.summary).toContain('All 4 tasks run')
  expect(sent.length).toBeGreaterThan(1)
  expect(sent.filter((request) => 'desiredCount' in request)).toEqual([])
})

test('finds host ports in the target group by instance and port, and is red for an unhealthy one', async () => {
  await makeService(cloud, { bridged: true })
  const well = await deploy(cloud, { image: 'example.com/web:next' })
  expect(well.log.join('\n')).toMatch(/Target i-[0-9a-f]+:\d{5} in web is healthy/)
  const sick = await deploy(cloud, { image: 'example.com/web:sick' })
  expect(sick.outputs['verdict']).toBe('rolled-back')
  expect(sick.summary.replaceAll('\\', '')).toMatch(/instance i-[0-9a-f]+/)
})

test('in host mode finds a target by instance and container port, and is red for an unhealthy one', async () => {
  await makeService(cloud, HOST)
  const well = await deploy(cloud, { image: 'example.com/web:next' })
  expect(well.log.join('\n')).toMatch(/Target i-[0-9a-f]+:80 in web is healthy/)
  const { taskArns } = await cloud.ecs.send(new ListTasksCommand({ cluster: 'production', serviceName: 'web' }))
  const { tasks } = await cloud.ecs.send(new DescribeTasksCommand({ cluster: 'production', tasks: taskArns }))
  // amazon-ecs-agent#3505: ECS shows network bindings in bridge mode only.
  expect(tasks?.flatMap(({ containers }) => containers?.map(({ networkBindings }) => networkBindings))).toEqual([
    [],
    [],
  ])
  const sick = await deploy(cloud, { image: 'example.com/web:sick' })
  expect(sick.outputs['verdict']).toBe('rolled-back')
})

describe('a service behind two target groups', () => {
  const behindBoth = async (codes: string) => {
    const [first, second] = [await makeTargetGroup(cloud, 'inside'), await makeTargetGroup(cloud, 'outside')]
    const container = { containerName: 'app', containerPort: 80 }
    const groups = [first, second].map((targetGroupArn) => ({ targetGroupArn, ...container }))
    await makeService(cloud, { balanced: false, service: { loadBalancers: groups } })
    if (codes !== '200') {
      await cloud.elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: second, Matcher: { HttpCode: codes } }))
    }
  }

  test('is green when every task is healthy in both', async () => {
    await behindBoth('200')
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
    expect(done.summary).toContain('4 healthy targets')
  })

  test('is not while one of them has an unhealthy task, and the summary names that group', async () => {
    await behindBoth('299')
    const done = await deploy(cloud, { image: 'example.com/web:next', 'on-failure': 'leave' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.summary).toMatch(/`outside` \| unhealthy/)
    expect(done.summary).not.toMatch(/`inside` \| unhealthy/)
  })
})
