// The settings of a service that a deploy changes besides the revision: only what an input names, in the one UpdateService.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling'
import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
  await makeService(cloud, { service: { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 } } })
})
afterEach(() => cloud.close())

test.each([
  // What is taken back takes its circuit breaker along.
  ['rollback', { enable: false, rollback: false }, 'ROLLBACK_SUCCESSFUL', 'rolled-back', 2],
  ['stop', { enable: true, rollback: false }, 'STOPPED', 'failed', 1],
])(
  'circuit-breaker: %s is for this very deployment, and leaves the rest as it was',
  async (input, breaker, end, verdict, count) => {
    const done = await deploy(cloud, {
      image: 'example.com/web:missing',
      'circuit-breaker': input,
      'max-failed-tasks': '1000',
      'on-failure': input === 'rollback' ? 'rollback' : 'leave',
    })
    expect([done.outputs['verdict'], cloud.journal.entries('service-deployment').at(-1)?.['status']]).toEqual([
      verdict,
      end,
    ])
    expect((await serviceIn(cloud))?.deploymentConfiguration).toMatchObject({
      deploymentCircuitBreaker: breaker,
      minimumHealthyPercent: 50,
      maximumPercent: 150,
    })
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(count)
  },
)

test('circuit-breaker: disabled turns it off', async () => {
  await deploy(cloud, { image: 'example.com/web:next', 'circuit-breaker': 'rollback' })
  await deploy(cloud, { image: 'example.com/web:third', 'circuit-breaker': 'disabled' })
  expect((await serviceIn(cloud))?.deploymentConfiguration?.deploymentCircuitBreaker).toMatchObject({ enable: false })
})

test('circuit-breaker keeps the threshold of the service', async () => {
  const own = { thresholdConfiguration: { type: 'COUNT', value: 50 }, resetOnHealthyTask: false } as const
  const deploymentCircuitBreaker = { enable: false, rollback: false, ...own }
  await makeService(cloud, {
    name: 'worker',
    balanced: false,
    service: { deploymentConfiguration: { deploymentCircuitBreaker } },
  })
  const done = await deploy(cloud, { service: 'worker', image: 'example.com/web:next', 'circuit-breaker': 'rollback' })
  expect(done.error).toBeUndefined()
  expect((await serviceIn(cloud, 'worker'))?.deploymentConfiguration?.deploymentCircuitBreaker).toEqual({
    ...{ enable: true, rollback: true, ...own },
  })
})

describe('desired-count of a service that was scaled out', () => {
  const inputs = { image: 'example.com/web:next', 'desired-count': '4' }
  const scaledOut = async () => {
    await cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', desiredCount: 6 }))
    await cloud.clock.advance(300_000)
  }
  const register = async (MinCapacity: number, MaxCapacity: number) => {
    const { AWS_ENDPOINT_URL: endpoint = '' } = cloud.env
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' }
    const autoscaling = new ApplicationAutoScalingClient({ region: 'eu-west-1', endpoint, credentials })
    const dimension = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const
    const target = { ...dimension, ResourceId: 'service/production/web', MinCapacity, MaxCapacity }
    await autoscaling.send(new RegisterScalableTargetCommand(target))
    autoscaling.destroy()
  }

  test('leaves the tasks that Application Auto Scaling has added', async () => {
    await scaledOut()
    await register(2, 30)
    const planned = await deploy(cloud, { ...inputs, 'dry-run': 'true' })
    expect(planned.summary).not.toContain('service.desiredCount')
    const kept = await deploy(cloud, inputs)
    expect(kept.error).toBeUndefined()
    expect(kept.log).toContain(
      'Service `production/web` keeps its 6 tasks: Application Auto Scaling sets their number, 2 to 30 tasks. To lower it to 4, set `scale-in: true`.',
    )
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 6, runningCount: 6 })
    await deploy(cloud, { ...inputs, image: 'example.com/web:third', 'scale-in': 'true' })
    expect((await serviceIn(cloud))?.desiredCount).toBe(4)
  })

  test('stays between the minimum and the maximum of autoscaling', async () => {
    await register(3, 5)
    const raised = await deploy(cloud, { ...inputs, 'desired-count': '1' })
    expect(raised.log).toContainEqual(expect.stringContaining('notice: Service `production/web` gets 3 tasks, not 1'))
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 3, runningCount: 3 })
  })

  test('leaves the tasks that autoscaling adds before the update', async () => {
    await register(2, 30)
    cloud.intercept = ({ action }) => {
      if (action === 'RunTask') {
        cloud.intercept = () => undefined
        void cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', desiredCount: 6 }))
      }
      return undefined
    }
    const more = { 'before-deploy-command': 'migrate', image: 'example.com/web:exit-0', 'wait-for': 'none' }
    const kept = await deploy(cloud, { ...inputs, ...more })
    expect(kept.error).toBeUndefined()
    expect((await serviceIn(cloud))?.desiredCount).toBe(6)
  })

  test('leaves them with scale-in: false, without a look at autoscaling', async () => {
    await scaledOut()
    const kept = await deploy(cloud, { ...inputs, 'scale-in': 'false' })
    expect(kept.error).toBeUndefined()
    expect(kept.log).toContain('Service `production/web` keeps its 6 tasks: `scale-in` is false.')
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 6, runningCount: 6 })
    expect(callsOf(cloud, 'DescribeScalableTargets')).toEqual([])
  })

  test.each([
    ['no scalable target', () => {}],
    ['a role that may not read it', () => deny('DescribeScalableTargets')],
  ])('lowers it with %s, and warns', async (_, prepare) => {
    await scaledOut()
    prepare()
    const lowered = await deploy(cloud, inputs)
    expect(lowered.error).toBeUndefined()
    expect(lowered.log).toContainEqual(expect.stringMatching(/^warning: `desired-count` lowers .* from 6 to 4 tasks\./))
    expect((await serviceIn(cloud))?.desiredCount).toBe(4)
  })
})

describe('settings that the SDK does not know', () => {
  /** ECS as it will be one day: its services have two members more. */
  const connect: Connect = (config) => {
    const clients = awsClients(config)
    const { requestHandler } = clients.ecs.config
    const handle = requestHandler.handle.bind(requestHandler)
    requestHandler.handle = async (...request) => {
      const result = await handle(...request)
      const body = await text(result.response.body)
      const more = body.replaceAll('"maximumPercent":', '"pace":"slow","maximumPercent":')
      result.response.body = Readable.from([Buffer.from(more.replaceAll('"subnets":', '"zone":"a","subnets":'))])
      return result
    }
    return clients
  }
  const image = 'example.com/web:next'
  const migrate = { 'before-deploy-command': 'migrate', image: 'example.com/web:exit-0', 'wait-for': 'none' }
  const PACE = 'This action does not know `deploymentConfiguration.pace` of service `production/web`'
  const ZONE = 'This action does not know `networkConfiguration.awsvpcConfiguration.zone` of service `production/web`'

  test.each([
    ['circuit-breaker', { image, 'circuit-breaker': 'rollback' }, `${PACE}: \`circuit-breaker\` updates that`],
    ['alarms', { image, alarms: 'web-5xx' }, `${PACE}: \`alarms\` updates that configuration as a whole, without it.`],
    ['before-deploy-command', migrate, `${ZONE}: the task of \`before-deploy-command\` is without it.`],
  ])('are named where %s sends them again without them', async (_, inputs, warning) => {
    const refused = await deploy(cloud, { ...inputs, 'unknown-members': 'refuse' }, { connect })
    expect(refused.error).toContain(warning)
    const done = await deploy(cloud, inputs, { connect })
    expect(done.error).toBeUndefined()
    const unknown = done.log.filter((line) => line.includes('does not know'))
    expect(unknown).toEqual([expect.stringContaining(`warning: ${warning}`)])
  })

  test('stay where nothing of them is sent', async () => {
    const done = await deploy(cloud, { image, 'desired-count': '3', 'unknown-members': 'refuse' }, { connect })
    expect(done.error).toBeUndefined()
  })
})

/** Has AWS deny an operation. */
function deny(denied: string): void {
  const error = new AwsError('AccessDeniedException', `not authorized to perform: ${denied}`)
  cloud.intercept = ({ action }) => (action === denied ? { error } : undefined)
}

test('alarms make ECS roll back, and the alarm is named', async () => {
  cloud.clock.after(10_000, () => cloud.alarms.set({ account: '123456789012', region: 'eu-west-1' }, 'web-5xx', true))
  const done = await deploy(cloud, { image: 'example.com/web:next', alarms: 'web-5xx, web-latency' })
  expect(done.outputs['verdict']).toBe('rolled-back')
  expect(done.error).toContain('alarm web-5xx went off.')
  expect(cloud.journal.entries('service-deployment').at(-1)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
  expect((await serviceIn(cloud))?.deploymentConfiguration).toMatchObject({
    alarms: { alarmNames: [], enable: false },
    minimumHealthyPercent: 50,
  })
})

test('desired-count is sent in the same update, and all its tasks are waited for', async () => {
  const done = await deploy(cloud, { image: 'example.com/web:next', 'desired-count': '5' })
  expect(done.summary).toContain('All 5 tasks run web:2')
  expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
  expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 5, runningCount: 5 })
})

describe('on-failure: stop', () => {
  const stop = { image: 'example.com/web:missing', 'on-failure': 'stop' }
  const refuse = (pattern: RegExp) => {
    const refusal = new AwsError('AccessDeniedException', 'not authorized')
    cloud.intercept = ({ action }) => (pattern.test(action) ? { error: refusal } : undefined)
  }

  test('says that ECS had already ended the deployment', async () => {
    const done = await deploy(cloud, { ...stop, 'circuit-breaker': 'stop', 'max-failed-tasks': '1000' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('ECS had already ended the deployment, so it was not stopped.')
    expect(done.error).toContain('Service deployment STOPPED')
  })

  test("shows ECS's reason for refusing", async () => {
    const words = 'The stop type ABORT is not supported.'
    cloud.intercept = ({ action }) =>
      action === 'StopServiceDeployment' ? { error: new AwsError('InvalidParameterException', words) } : undefined
    const done = await deploy(cloud, stop)
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain(`InvalidParameterException: ${words}`)
  })

  test.each([
    [/^StopServiceDeployment$/, 'ECS refused to stop the deployment, which continues: check the service.'],
    [/^ListServiceDeployments$/, 'It could not be stopped, as its service deployment could not be read'],
  ])('says so where the deployment could not be stopped (%s denied)', async (pattern, said) => {
    refuse(pattern)
    const done = await deploy(cloud, stop)
    expect([done.outputs['verdict'], done.error]).toEqual(['failed', expect.stringContaining(said)])
    expect((await serviceIn(cloud))?.taskDefinition).toMatch(/web:2$/)
  })
})

describe('a rollback restores the settings', () => {
  const changes = { 'desired-count': '4', 'circuit-breaker': 'rollback', alarms: 'web-5xx' }
  const crash = { ...changes, image: 'example.com/web:crash' }
  const asBefore = {
    desiredCount: 2,
    runningCount: 2,
    taskDefinition: expect.stringMatching(/web:1$/),
    deploymentConfiguration: expect.objectContaining({
      deploymentCircuitBreaker: expect.objectContaining({ enable: false }),
      alarms: expect.objectContaining({ alarmNames: [], enable: false }),
      minimumHealthyPercent: 50,
    }),
  }
  const denied = (pattern: RegExp) => {
    cloud.intercept = ({ action }) =>
      pattern.test(action) ? { error: new AwsError('AccessDeniedException', 'not authorized') } : undefined
  }

  test('during the rollback that this action requests', async () => {
    const done = await deploy(cloud, crash)
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(await serviceIn(cloud)).toMatchObject(asBefore)
  })

  test('during the rollback of the circuit breaker', async () => {
    const done = await deploy(cloud, { ...crash, 'max-failed-tasks': '1000' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(await serviceIn(cloud)).toMatchObject(asBefore)
  })

  test('in the same call as the update', async () => {
    denied(/StopServiceDeployment/)
    const done = await deploy(cloud, crash)
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(await serviceIn(cloud)).toMatchObject(asBefore)
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(2)
  })

  test('after the rollback where ECS refuses it before', async () => {
    let sent = 0
    cloud.intercept = ({ action }) =>
      action === 'UpdateService' && ++sent === 2
        ? { error: new AwsError('InvalidParameterException', 'The service is being rolled back.') }
        : undefined
    const done = await deploy(cloud, crash)
    expect(done.outputs['verdict']).toBe('rolled-back')
    await cloud.clock.advance(300_000)
    expect(await serviceIn(cloud)).toMatchObject(asBefore)
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(3)
  })

  test('except for what somebody has changed since', async () => {
    cloud.clock.after(20_000, () => {
      void cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', desiredCount: 3 }))
    })
    const done = await deploy(cloud, { ...changes, image: 'example.com/web:sick' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(await serviceIn(cloud)).toMatchObject({ ...asBefore, desiredCount: 3, runningCount: 3 })
  })

  test.each([
    ['through ECS', /^$/],
    ['through an update', /StopServiceDeployment/],
  ])('also when the run is cancelled (%s)', async (_, pattern) => {
    denied(pattern)
    const cancellation = new AbortController()
    cloud.clock.after(20_000, () => cancellation.abort())
    const done = await deploy(cloud, { ...changes, image: 'example.com/web:slow' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    await cloud.clock.advance(1_200_000)
    expect(await serviceIn(cloud)).toMatchObject(asBefore)
  })

  test('but not after success', async () => {
    await deploy(cloud, { ...changes, image: 'example.com/web:next' })
    expect(await serviceIn(cloud)).toMatchObject({
      desiredCount: 4,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    })
  })
})
