import type { Service, Task } from '@aws-sdk/client-ecs'
import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { Observer } from '../../../../actions/deploy-ecs/src/observe/observer.ts'
import type { Rollout } from '../../../../actions/deploy-ecs/src/observe/rollout.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { type Answer, awsError, fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'
import { followed, GROUP, MADE } from '../../../support/deploy-ecs/observations.ts'

const rollout = (service: string): Rollout =>
  ({ ...followed, taskDefinition: 'web:2', name: { cluster: 'prod', service }, adopts: true }) as Rollout
const names = (count: number) => Array.from({ length: count }, (_, index) => `web${index}`)

const deploymentsAs =
  (status: string) =>
  ({ serviceDeploymentArns: arns }: Input) => ({
    serviceDeployments: (arns as string[]).map((serviceDeploymentArn) => ({ serviceDeploymentArn, status })),
  })

/** ECS and ELB with one running task for each service. `services` may be changed between looks. */
function cloud(services: Record<string, Service>, more: Readonly<Record<string, Answer>> = {}) {
  const fake = fakeAws({
    DescribeServices: ({ services: asked }: Input) => ({
      services: (asked as string[]).flatMap((serviceName) =>
        services[serviceName] === undefined ? [] : [{ serviceName, ...services[serviceName] }],
      ),
    }),
    ListServiceDeployments: ({ service: name }: Input) => ({
      serviceDeployments: [
        { serviceDeploymentArn: `sd/${name}`, targetServiceRevisionArn: 'sr', createdAt: new Date(MADE) },
      ],
    }),
    DescribeServiceRevisions: { serviceRevisions: [{ serviceRevisionArn: 'sr', taskDefinition: 'web:2' }] },
    DescribeServiceDeployments: deploymentsAs('IN_PROGRESS'),
    ListTasks: ({ serviceName, desiredStatus }: Input) => ({
      taskArns: desiredStatus === 'RUNNING' ? [`task/${serviceName}`] : [],
    }),
    DescribeTasks: ({ tasks }: Input) => ({ tasks: (tasks as string[]).map((taskArn) => running(taskArn)) }),
    DescribeTargetHealth: {
      TargetHealthDescriptions: [{ Target: { Id: '10.0.0.1', Port: 80 }, TargetHealth: { State: 'healthy' } }],
    },
    ...more,
  })
  return { ...fake, services }
}

const running = (taskArn: string): Task => ({
  ...{ taskArn, startedBy: 'ecs-svc/ours', taskDefinitionArn: 'web:2', lastStatus: 'RUNNING' },
  containers: [{ name: 'app', imageDigest: 'sha256:x', networkInterfaces: [{ privateIpv4Address: '10.0.0.1' }] }],
})
const service = (runningCount: number, more: Service = {}): Service => ({
  status: 'ACTIVE',
  desiredCount: 2,
  deployments: [{ id: 'ecs-svc/ours', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2, runningCount }],
  ...more,
})
const balanced = { loadBalancers: [{ targetGroupArn: GROUP, containerName: 'app', containerPort: 80 }] }
const servicesOf = (wanted: readonly string[]) => Object.fromEntries(wanted.map((name) => [name, service(1)]))

const observer = (
  fake: { readonly aws: ReturnType<typeof cloud>['aws'] },
  wanted: readonly string[],
  withTasks = true,
) => {
  const rollouts = wanted.map(rollout)
  const one = new Observer(fake.aws, rollouts, withTasks, () => {})
  const observed = async (name = wanted[0] ?? ''): Promise<Observation> => {
    const look = (await one.look(rollouts)).get(`prod/${name}`)
    if (look?.kind === 'seen') return look.observation
    throw look?.error ?? new Error(`No look at ${name}`)
  }
  return { look: () => one.look(rollouts), observed, arn: () => one.serviceDeploymentOf(rollout(wanted[0] ?? '')) }
}

test('a look has the service, its service deployment, the tasks and their targets', async () => {
  const fake = cloud({ web: service(1, balanced) })
  const { observed, arn } = observer(fake, ['web'])
  expect(await observed()).toMatchObject({
    at: fake.clock.now(),
    service: { name: 'web', runningCount: 0, deployments: [{ id: 'ecs-svc/ours', runningCount: 1 }] },
    serviceDeployment: { arn: 'sd/web', status: 'IN_PROGRESS' },
    tasks: [{ arn: 'task/web', lastStatus: 'RUNNING' }],
    targets: [{ targetGroupArn: GROUP, taskArn: 'task/web', target: '10.0.0.1:80', state: 'healthy' }],
  })
  expect(arn()).toBe('sd/web')
})

test('reads no tasks where the rollout is only to start', async () => {
  const fake = cloud({ web: service(1, balanced) })
  expect(await observer(fake, ['web'], false).observed()).not.toHaveProperty('tasks')
  expect(fake.calls.map(({ operation }) => operation)).not.toContain('ListTasks')
})

test('reads no targets without a load balancer, or without a task that runs', async () => {
  const plain = await observer(cloud({ web: service(1) }), ['web']).observed()
  expect([plain.tasks?.length, plain.targets]).toEqual([1, undefined])
  const empty = cloud({ web: service(0, balanced) }, { ListTasks: { taskArns: [] } })
  expect((await observer(empty, ['web']).observed()).tasks).toEqual([])
  expect(empty.requests('DescribeTargetHealth')).toEqual([])
})

test('asks only for the target group that serves our revision, where ECS shifts traffic', async () => {
  const [loadBalancer] = balanced.loadBalancers
  const advancedConfiguration = { alternateTargetGroupArn: 'green', productionListenerRule: 'r', roleArn: 'r' }
  const resolvedConfiguration = { loadBalancers: [{ targetGroupArn: 'green' }] }
  const revision = { serviceRevisionArn: 'sr', taskDefinition: 'web:2', resolvedConfiguration }
  const fake = cloud(
    { web: service(1, { loadBalancers: [{ ...loadBalancer, advancedConfiguration }] }) },
    { DescribeServiceRevisions: { serviceRevisions: [revision] } },
  )
  const { service: seen } = await observer(fake, ['web']).observed()
  expect(seen?.loadBalancers.map(({ targetGroupArn }) => targetGroupArn)).toEqual(['green'])
  expect(fake.requests('DescribeTargetHealth')).toEqual([{ TargetGroupArn: 'green' }])
})

test('a service that ECS does not know is seen without a service', async () => {
  expect(await observer(cloud({}), ['web']).observed()).not.toHaveProperty('service')
})

describe('an error', () => {
  test.each([
    ['of its service deployment', 'DescribeServiceDeployments'],
    ['of its tasks', 'DescribeTasks'],
    ['of its targets', 'DescribeTargetHealth'],
  ])('%s fails the look at that service', async (_, operation) => {
    const fake = cloud({ web: service(1, balanced) }, { [operation]: awsError('ThrottlingException') })
    await expect(observer(fake, ['web']).observed()).rejects.toThrow('ThrottlingException')
  })

  test('of one service does not affect the others', async () => {
    const fake = cloud(servicesOf(['web', 'api']), {
      ListTasks: ({ serviceName }: Input) => {
        if (serviceName === 'api') throw awsError('InvalidParameterException')
        return { taskArns: [] }
      },
    })
    const looks = await observer(fake, ['web', 'api']).look()
    expect([...looks].map(([name, { kind }]) => `${name} ${kind}`)).toEqual(['prod/web seen', 'prod/api failed'])
  })

  test('of a service saves the calls for its service deployment and tasks', async () => {
    const fake = cloud({}, { DescribeServices: awsError('InvalidParameterException') })
    await expect(observer(fake, ['web']).observed()).rejects.toThrow('InvalidParameterException')
    expect(new Set(fake.calls.map(({ operation }) => operation))).toEqual(new Set(['DescribeServices']))
  })

  test('after a cancel ends the look', async () => {
    const fake = cloud(
      { web: service(1) },
      {
        ListTasks: () => {
          fake.cancel()
          throw awsError('InvalidParameterException')
        },
      },
    )
    await expect(observer(fake, ['web']).look()).rejects.toThrow(CancelledError)
  })
})

describe('the tasks of more than ten services', () => {
  const many = names(11)
  /** How often the tasks of `web0` were listed. */
  const listsOf = (fake: ReturnType<typeof cloud>) =>
    fake
      .requests('ListTasks')
      .filter((input) => input['serviceName'] === 'web0' && input['desiredStatus'] === 'RUNNING').length
  /** The same in so many looks; `change` is made before the last. */
  async function listed(
    wanted: readonly string[],
    looks: number,
    change?: (services: Record<string, Service>) => void,
  ) {
    const fake = cloud(servicesOf(wanted))
    const { look } = observer(fake, wanted)
    for (let count = 1; count <= looks; count++) {
      if (count === looks) change?.(fake.services)
      await look()
    }
    return listsOf(fake)
  }

  test('are read once while nothing changes; those of ten with each look', async () => {
    expect(await listed(many, 5)).toBe(1)
    expect(await listed(names(10), 5)).toBe(5)
  })

  test('are read after ten looks without a change', async () => {
    expect(await listed(many, 11)).toBe(1)
    expect(await listed(many, 12)).toBe(2)
  })

  test.each<[string, Service]>([
    ['a deployment changes', service(2)],
    ['there is a new event', service(1, { events: [{ id: 'e', message: 'has started 1 tasks.' }] })],
  ])('are read when %s', async (_, changed) => {
    expect(await listed(many, 3, (services) => Object.assign(services, { web0: changed }))).toBe(2)
  })

  test('are read with each look once the rollout is complete, as the verdict depends on them', async () => {
    const fake = cloud(servicesOf(many), {
      DescribeServiceDeployments: deploymentsAs('SUCCESSFUL'),
    })
    const { look } = observer(fake, many)
    for (let count = 1; count <= 3; count++) await look()
    expect(listsOf(fake)).toBe(3)
  })
})
