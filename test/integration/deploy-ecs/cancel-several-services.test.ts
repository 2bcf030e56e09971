// A step with several services that is cancelled or killed while some of them are done.
import { setTimeout as delay } from 'node:timers/promises'
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { parseScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'
import { runStep, source, startStep } from '../../support/run-action.ts'

const WORKER_IS_SLOW = `
description: the new tasks of one service take their time
tasks:
  - { when: { service: worker, image: ':next' }, start: { takes: 10m } }
`
const inputs = { service: 'api, worker', image: 'example.com/web:next' }

async function runs(ecs: ECSClient, name: string) {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  const [primary, ...others] = services?.[0]?.deployments ?? []
  return `${primary?.taskDefinition?.replace(/^.*\//, '')} ${primary?.rolloutState}, ${others.length} others`
}

test.each([
  ['rollback', 'is being rolled back to worker:1 by ECS', 'worker:1 COMPLETED, 0 others'],
  ['leave', 'goes on rolling out worker:2; this run no longer watches it', 'worker:2 COMPLETED, 0 others'],
])('on-cancel: %s applies to services without a verdict; those that succeeded stay', async (onCancel, said, later) => {
  const cloud = await startEcsCloud({ scenario: WORKER_IS_SLOW })
  try {
    for (const name of ['api', 'worker'])
      await makeService(cloud, { name, image: 'example.com/web:first', balanced: false })
    const cancellation = new AbortController()
    cloud.clock.after(120_000, () => cancellation.abort())
    const done = await deploy(cloud, { ...inputs, 'on-cancel': onCancel }, { signal: cancellation.signal })
    expect(done.outputs['deploy-record']).toMatchObject({
      verdict: 'cancelled',
      services: [{ verdict: 'succeeded' }, { verdict: 'cancelled', reason: expect.stringContaining(said) }],
    })
    expect(done.error).toContain('production/api: succeeded. All 2 tasks run api:2')
    // Nothing is left for the post step.
    const post = await deploy(cloud, inputs, { phase: 'post', state: done.state })
    expect([post.error, post.summary]).toEqual([undefined, ''])
    await cloud.clock.advance(1_800_000)
    expect([await runs(cloud.ecs, 'api'), await runs(cloud.ecs, 'worker')]).toEqual([
      'api:2 COMPLETED, 0 others',
      later,
    ])
  } finally {
    await cloud.close()
  }
})

describe('a run that is cancelled right after UpdateService, while reads lag', () => {
  /** Cancels right after the update; from then on, so many reads show the service as it was before. */
  async function cancelled(cloud: EcsCloud, stale: number) {
    const cancellation = new AbortController()
    let before: unknown
    let left = stale
    const connect: Connect = (config) => {
      const clients = awsClients(config)
      clients.ecs.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const result = await next(args)
            if (commandName === 'UpdateServiceCommand') cancellation.abort()
            if (commandName !== 'DescribeServicesCommand') return result
            if (!cancellation.signal.aborted) before = result.output
            else if (left-- > 0) return { ...result, output: before as typeof result.output }
            return result
          },
        { step: 'initialize' },
      )
      return clients
    }
    return deploy(cloud, { image: 'example.com/web:slow' }, { signal: cancellation.signal, connect })
  }
  const BACK = 'is being rolled back to web:1 by ECS'

  test('reads again, and is rolled back', async () => {
    const cloud = await startEcsCloud()
    try {
      await makeService(cloud)
      const done = await cancelled(cloud, 3)
      expect(done.error).toContain(BACK)
      await cloud.clock.advance(1_800_000)
      expect(await runs(cloud.ecs, 'web')).toBe('web:1 COMPLETED, 0 others')
    } finally {
      await cloud.close()
    }
  })

  test('is left to the post step when reads lag too long', async () => {
    const cloud = await startEcsCloud()
    try {
      await makeService(cloud)
      const done = await cancelled(cloud, 1_000)
      expect(done.error).toContain('may be between web:1 and web:2')
      expect(done.error).toContain('The post step of this action tries again.')
      const post = await deploy(cloud, {}, { phase: 'post', state: done.state })
      expect(post.summary).toContain(BACK)
    } finally {
      await cloud.close()
    }
  })
})

test.each([
  ['rollback', 'is being rolled back to worker:1 by ECS', 'worker:1 COMPLETED, 0 others'],
  ['leave', 'goes on rolling out worker:2; this run no longer watches it', 'worker:2 IN_PROGRESS, 1 others'],
])('after SIGKILL the post step does the same (on-cancel: %s)', async (onCancel, said, later) => {
  const region = 'eu-west-1'
  // The post step has to find the deploy under way, however long it takes to start.
  const scenario = parseScenario(WORKER_IS_SLOW.replace('takes: 10m', 'takes: 10000m'), 'test')
  const cloud = await startCloud({ runtime: 'simulated', scenario, speed: 120, region })
  const config = { region, endpoint: cloud.url, credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' } }
  const [ecs, elb] = [new ECSClient(config), new ElasticLoadBalancingV2Client(config)]
  try {
    const clock = { advance: async () => {} }
    // This cloud has IAM, in which there is no such role.
    const taskDefinition = { executionRoleArn: undefined }
    for (const name of ['api', 'worker']) {
      await makeService({ ecs, elb, clock }, { name, image: 'example.com/web:first', taskDefinition })
    }
    while (!(await runs(ecs, 'worker')).includes('COMPLETED')) await delay(50)
    const step = {
      inputs: { cluster: 'production', ...inputs, 'on-cancel': onCancel },
      env: { ...cloud.env, GITHUB_RUN_ID: '7', GITHUB_SHA: 'abc' },
    }
    const running = startStep(source('deploy-ecs'), step)
    while (!running.log().includes('[production/api] Succeeded.') && running.child.exitCode === null) await delay(50)
    running.child.kill('SIGKILL')
    const killed = await running.ended
    expect([killed.killedBy, killed.log]).toEqual(['SIGKILL', expect.stringContaining('[production/api] Succeeded.')])
    const post = await runStep(source('deploy-ecs'), { ...step, phase: 'post', state: killed.state })
    expect(post.code).toBe(0)
    expect(post.summary).toContain('Service `production/api` had already completed its rollout to api:2.')
    expect(post.summary).toContain(`Service \`production/worker\` ${said}`)
    expect(await runs(ecs, 'api')).toMatch(/^api:2 COMPLETED/)
    while ((await runs(ecs, 'worker')) !== later) await delay(100)
    const changes = cloud.journal.entries('api').filter(({ action }) => /^(Update|Stop)Service/.test(`${action}`))
    expect(changes.map(({ action }) => action)).toEqual([
      ...Array(2).fill('UpdateService'),
      ...(onCancel === 'rollback' ? ['StopServiceDeployment'] : []),
    ])
  } finally {
    for (const client of [ecs, elb]) client.destroy()
    await cloud.close()
  }
})
