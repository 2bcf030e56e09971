// Where a second `command: rollback` leads: never to a revision that was rolled back from.
import { RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, revisionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const ship = async (tag: string, inputs: Readonly<Record<string, string>> = {}) => {
  const done = await deploy(cloud, { image: `example.com/web:${tag}`, ...inputs })
  expect(done.error).toBeUndefined()
}
const goBack = async (attempt = '1', inputs: Readonly<Record<string, string>> = {}) => {
  const done = await deploy(cloud, { command: 'rollback', ...inputs }, { env: { GITHUB_RUN_ATTEMPT: attempt } })
  return { ...done, now: await revisionIn(cloud) }
}
/** web:1, web:2 and web:3, each healthy in its time. */
const three = async () => {
  await makeService(cloud)
  await ship('second')
  await ship('third')
}
const refuseHistory = () => {
  cloud.intercept = ({ action }) =>
    action === 'ListServiceDeployments'
      ? { error: new AwsError('AccessDeniedException', 'not authorized', 400) }
      : undefined
}

describe('a second run', () => {
  test('goes further back, and never to a revision that was rolled back from', async () => {
    await three()
    for (const to of ['web:2', 'web:1']) {
      const { error, now, outputs, log } = await goBack()
      expect([error, now, outputs['verdict']]).toEqual([undefined, to, 'succeeded'])
      const further =
        'notice: Service `production/web` was rolled back from web:3 to web:2 before: rolling back further, to web:1.'
      expect(log.includes(further)).toBe(to === 'web:1')
    }
    const before = callsOf(cloud, 'UpdateService').length
    const { error, now } = await goBack()
    expect(error).toContain(
      'Service `production/web` runs web:1 (rolled back from web:2), and no older revision is known that was deployed successfully.',
    )
    expect(error).toContain('`rollback-to: 12`')
    expect([now, callsOf(cloud, 'UpdateService').length]).toEqual(['web:1', before])
  })

  test('is refused where no older revision is known, and changes nothing', async () => {
    await makeService(cloud)
    await ship('second')
    expect((await goBack()).now).toBe('web:1')
    const { error, now } = await goBack()
    expect(error).toContain('runs web:1 (rolled back from web:2)')
    expect(now).toBe('web:1')
  })

  test('watches a rollback that is still in progress', async () => {
    await three()
    expect((await goBack('1', { 'wait-for': 'none' })).now).toBe('web:2')
    const { error, now, log, outputs } = await goBack()
    expect([error, now, outputs['verdict']]).toEqual([undefined, 'web:2', 'succeeded'])
    expect(log.join('\n')).toContain('is already rolling back from web:3 to web:2: following that')
    expect((await goBack()).now).toBe('web:1')
  })

  test('watches a rollback that replaced a deployment in progress', async () => {
    await makeService(cloud)
    await ship('second')
    await ship('slow', { 'wait-for': 'none' })
    expect((await goBack('1', { 'wait-for': 'none' })).now).toBe('web:2')
    const { error, now } = await goBack()
    expect([error, now]).toEqual([undefined, 'web:2'])
  })

  test('watches the rollback that ECS has started', async () => {
    await makeService(cloud, {
      service: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
    })
    await ship('second')
    await ship('missing', { 'wait-for': 'none' })
    while ((await revisionIn(cloud)) !== 'web:2') await cloud.clock.advance(1_000)
    const { error, now } = await goBack()
    expect([error, now]).toEqual([undefined, 'web:2'])
  })

  test('watches the rollback where the history may not be read, recognized by its revision number', async () => {
    await three()
    await goBack('1', { 'wait-for': 'none' })
    refuseHistory()
    expect((await goBack()).now).toBe('web:2')
  })
})

describe('another attempt of the same run', () => {
  test('stays at the revision of the first attempt, and checks that it is healthy', async () => {
    await three()
    await goBack()
    const { error, now, log, outputs } = await goBack('2')
    expect([error, now, outputs['verdict']]).toEqual([undefined, 'web:2', 'succeeded'])
    expect(log.join('\n')).toContain(
      'warning: Service `production/web` stays at web:2: an earlier attempt of this run (this is attempt 2) rolled it back from web:3.',
    )
  })

  test('rolls back where the first attempt did not', async () => {
    await three()
    const { now } = await goBack('2')
    expect(now).toBe('web:2')
  })

  test('rolls back what was deployed since', async () => {
    await three()
    await goBack()
    await ship('third')
    expect(await revisionIn(cloud)).toBe('web:3')
    expect((await goBack('2')).now).toBe('web:2')
  })
})

test('after a deploy on top of a rollback, goes to the revision of the rollback', async () => {
  await three()
  await goBack()
  await ship('fourth')
  expect(await revisionIn(cloud)).toBe('web:4')
  expect((await goBack()).now).toBe('web:2')
})

test('a deployment in progress is rolled back to what ran before it', async () => {
  await three()
  await goBack()
  await ship('slow', { 'wait-for': 'none' })
  expect((await goBack()).now).toBe('web:2')
})

test('rollback-to can name a revision that was rolled back from', async () => {
  await three()
  await goBack()
  expect((await goBack('1', { 'rollback-to': '3' })).now).toBe('web:3')
  expect((await goBack()).now).toBe('web:2')
})

test("a service's first deploy is not rolled back to the template that it was created from", async () => {
  await makeService(cloud, {
    taskDefinition: { family: 'web-template' },
    service: { taskDefinition: 'web-template', desiredCount: 0 },
  })
  await ship('first', { template: 'web-template', 'desired-count': '2' })
  const { error, now } = await goBack()
  expect(error).toContain('runs web:1, and no older revision is known')
  expect(now).toBe('web:1')
})

test('a deployment of another family in progress is rolled back to what still runs', async () => {
  await makeService(cloud)
  const definition = { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' } as const
  const image = 'example.com/web:slow'
  await cloud.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...definition,
      requiresCompatibilities: [...definition.requiresCompatibilities],
      family: 'web-new',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      containerDefinitions: [{ name: 'app', image, portMappings: [{ containerPort: 80 }] }],
    }),
  )
  await cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', taskDefinition: 'web-new' }))
  await cloud.clock.advance(5_000)
  const { error, now } = await goBack()
  expect([error, now]).toEqual([undefined, 'web:1'])
})
