// deploy-ecs with real SDK clients against the rehearsal's ECS and ELB. Verdicts are compared with the journal.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import {
  callsOf,
  revisionIn,
  revisionName,
  serviceIn,
  taskDefinitionFile,
  taskDefinitionIn,
} from '../../support/deploy-ecs/cloud-state.ts'
import { type Deployed, deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** The journal's last status of the service deployment in the action's output. */
const truth = (done: Deployed) =>
  cloud.journal
    .entries('service-deployment')
    .findLast((entry) => entry['serviceDeploymentArn'] === done.outputs['service-deployment-arn'])?.['status']

describe('a deploy that succeeds', () => {
  test('registers once, updates once, and is green when all targets are healthy', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(done.outputs).toMatchObject({
      verdict: 'succeeded',
      'task-definition-arn': 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2',
      'previous-task-definition-arn': 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1',
      images: ['app=example.com/web:next'],
      'healthy-tasks': 2,
    })
    expect(truth(done)).toBe('SUCCESSFUL')
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
    expect(callsOf(cloud, 'RegisterTaskDefinition').filter(({ outcome }) => outcome === 'ok')).toHaveLength(2)
    expect((await serviceIn(cloud))?.deployments).toHaveLength(1)
  })

  test('changes nothing in the task definition but the image', async () => {
    await makeService(cloud, { taskDefinition: { tags: [{ key: 'team', value: 'a' }], cpu: '512', memory: '1024' } })
    await deploy(cloud, { image: 'example.com/web:next' })
    const read = async (taskDefinition: string) => {
      const answer = await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }))
      const { taskDefinitionArn: _, revision: __, registeredAt: ___, ...rest } = answer.taskDefinition ?? {}
      return { ...rest, tags: answer.tags }
    }
    const [before, after] = [await read('web:1'), await read('web:2')]
    expect(after).toEqual({
      ...before,
      containerDefinitions: before.containerDefinitions?.map((one) => ({ ...one, image: 'example.com/web:next' })),
    })
  })

  test('of the same digest registers nothing, starts nothing, and says so', async () => {
    const image = `example.com/web:ok@sha256:${'a'.repeat(64)}`
    await makeService(cloud, { image })
    const done = await deploy(cloud, { image })
    expect(done.error).toBeUndefined()
    expect(revisionName(done.outputs['task-definition-arn'])).toBe('web:1')
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(1)
    expect(done.log.join('\n')).toContain('Deploying web:1 unchanged.')
    expect(done.log.find((line) => line.startsWith('notice:'))).toContain(
      'No deployment was started: service `production/web` runs web:1 already. To start new tasks of it, set `force-new-deployment: true`.',
    )
    expect(done.summary).toMatch(/^## ✅ Nothing to deploy: web\n/)
    expect(new Set(cloud.journal.entries('task').map((entry) => entry['deployment'])).size).toBe(1)
  })

  test.each([
    ['image', async () => ({ image: 'example.com/web:ok' })],
    ['a file', async () => ({ 'task-definition': taskDefinitionFile((await taskDefinitionIn(cloud, 'web:1')) ?? {}) })],
  ])('of the same tag, in %s, registers nothing, and starts new tasks', async (_, inputs) => {
    await makeService(cloud)
    const done = await deploy(cloud, await inputs())
    expect([done.error, await revisionIn(cloud)]).toEqual([undefined, 'web:1'])
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(1)
    expect(done.log.join('\n')).toContain(
      'example.com/web:ok names a tag, which may have moved: starting new tasks of web:1',
    )
    expect(done.summary).toMatch(/^## ✅ Deployed: web\n/)
    expect(new Set(cloud.journal.entries('task').map((entry) => entry['deployment'])).size).toBe(2)
  })

  test('with force-new-deployment starts new tasks of the same revision, and waits for them', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { 'force-new-deployment': 'true' })
    expect(done.outputs['verdict']).toBe('succeeded')
    const starters = new Set(cloud.journal.entries('task').map((entry) => entry['deployment']))
    expect(starters.size).toBe(2)
  })

  test('sends only what was asked for (peers: DTD 863, fabfuel 59)', async () => {
    const sent: unknown[] = []
    await makeService(cloud)
    cloud.intercept = ({ action, request }) => {
      if (action === 'UpdateService') sent.push(JSON.parse(request.body.toString()))
      return undefined
    }
    await deploy(cloud, { image: 'example.com/web:next' })
    expect(sent).toEqual([{ cluster: 'production', service: 'web', taskDefinition: expect.stringMatching(/web:2$/) }])
  })

  test('without a load balancer needs its tasks to stay up', async () => {
    await makeService(cloud, { balanced: false })
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
  })

  test('with a desired count of 0 is green, and says that nothing runs', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:crash', 'desired-count': '0' })
    expect(done.error).toBeUndefined()
    expect(done.summary).toContain('with a desired count of 0: no task was started')
    expect(done.outputs['healthy-tasks']).toBe(0)
  })

  test.each(['none', 'started'])('is not watched further than wait-for: %s', async (waitFor) => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:sick', 'wait-for': waitFor })
    expect(done.error).toBeUndefined()
    expect(done.outputs['deploy-record']).toMatchObject({ verdict: 'succeeded', waitedFor: waitFor })
  })

  test('of a big service goes on although three tasks fail while others start', async () => {
    await cloud.close()
    const next = "service: web, image: ':next'"
    cloud = await startEcsCloud({
      scenario: `
description: three tasks crash, the others take their time
tasks:
  - { when: { ${next}, tasksTo: 3 }, exit: { after: 500ms, code: 1 } }
  - { when: { ${next} }, start: { takes: 60s } }`,
    })
    await makeService(cloud, { desiredCount: 20 })
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.log.join('\n').match(/app exited with code 1/g)).toHaveLength(3)
    expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
  })

  test('with wait-for: bake detects failures after the rollout', async () => {
    await makeService(cloud, { balanced: false })
    const done = await deploy(cloud, {
      image: 'example.com/web:late-crash',
      'wait-for': 'bake',
      'bake-time': '10m',
    })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.summary).toContain('exited with code 1')
  })
})

describe('a deploy that fails', () => {
  test.each([
    ['crash', 'exited with code 1', 'The application failed'],
    ['oom', 'OutOfMemoryError', 'raise `memory`'],
    ['missing', 'CannotPullContainerError', 'The image is not in the registry'],
    ['no-secret', 'ResourceInitializationError', 'the execution role may read it'],
    ['sick', 'got 500 from GET / on port 80, and expects 200', 'answers with an error'],
    ['mute', 'got no answer within 5 s from GET / on port 80', 'listens on that port'],
  ])('by %s is rolled back, is red, and says why', async (tag, reason, hint) => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: `example.com/web:${tag}` })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toContain('Rolled back to web:1, which is healthy.')
    expect(done.summary.replaceAll('\\', '')).toContain(reason)
    expect(done.summary.replaceAll('\\', '')).toContain(hint)
    expect(truth(done)).toBe('ROLLBACK_SUCCESSFUL')
    const now = await serviceIn(cloud)
    expect([revisionName(now?.taskDefinition), now?.runningCount, now?.deployments?.length]).toEqual(['web:1', 2, 1])
  })

  test('is decided long before the circuit breaker decides', async () => {
    await makeService(cloud, { desiredCount: 10 })
    const done = await deploy(cloud, { image: 'example.com/web:missing', 'on-failure': 'leave' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(Number(done.outputs['duration'])).toBeLessThan(30)
  })

  test('without capacity times out, and says what was waited for', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:no-room', timeout: '5m', 'on-failure': 'leave' })
    expect(done.outputs['verdict']).toBe('timed-out')
    expect(done.error).toContain('0/2 running')
    const why = 'Not done after 5 min: ECS was unable to place a task. Reason: Capacity is unavailable at this time.'
    expect(done.error?.split('\n')[0]).toContain(why)
    expect(done.outputs['deploy-record']).toMatchObject({ services: [{ reason: expect.stringContaining(why) }] })
    expect(done.summary).toContain(why)
  })

  test('with on-failure: stop is stopped and not rolled back', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:crash', 'on-failure': 'stop' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('The deployment was stopped and left as it is.')
    expect(['STOP_REQUESTED', 'STOPPED']).toContain(truth(done))
  })

  test('with on-failure: leave is left as it is', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:crash', 'on-failure': 'leave' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(callsOf(cloud, 'StopServiceDeployment')).toHaveLength(0)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:2')
  })

  test('that ECS rolls back is rolled-back (peers: DTD 191, 494)', async () => {
    const deploymentCircuitBreaker = { enable: true, rollback: true }
    await makeService(cloud, { service: { deploymentConfiguration: { deploymentCircuitBreaker } } })
    const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '1000' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(truth(done)).toBe('ROLLBACK_SUCCESSFUL')
    expect(done.error).toContain('circuit breaker')
  })

  test('that the circuit breaker stops without a rollback is rolled back by the action', async () => {
    const deploymentCircuitBreaker = { enable: true, rollback: false }
    await makeService(cloud, { service: { deploymentConfiguration: { deploymentCircuitBreaker } } })
    const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '1000' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(truth(done)).toBe('STOPPED')
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
  })

  test('by an alarm names the alarm', async () => {
    const alarms = { alarmNames: ['web-5xx'], enable: true, rollback: true }
    await makeService(cloud, { service: { deploymentConfiguration: { alarms } } })
    cloud.clock.after(10_000, () => cloud.alarms.set({ account: '123456789012', region: 'eu-west-1' }, 'web-5xx', true))
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toContain('web-5xx')
  })

  test('gives the same verdict without the permission to read service deployments', async () => {
    await makeService(cloud)
    cloud.intercept = ({ action }) =>
      /ServiceDeployment|ServiceRevision/.test(action)
        ? { error: new AwsError('AccessDeniedException', `not authorized to perform: ecs:${action}`) }
        : undefined
    const failed = await deploy(cloud, { image: 'example.com/web:crash' })
    expect(failed.outputs['verdict']).toBe('rolled-back')
    expect(failed.log.filter((line) => line.startsWith('notice:'))).toHaveLength(1)
    const well = await deploy(cloud, { image: 'example.com/web:next' })
    expect(well.outputs['verdict']).toBe('succeeded')
  })
})

describe('a deploy that another one replaces', () => {
  test('is superseded (peer: DTD 860)', async () => {
    await makeService(cloud)
    await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
    cloud.clock.after(10_000, () => {
      void cloud.ecs.send(
        new UpdateServiceCommand({
          cluster: 'production',
          service: 'web',
          forceNewDeployment: true,
          taskDefinition: 'web:1',
        }),
      )
    })
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('superseded')
    expect(done.error).toContain('so that deploys of one service do not overlap')
    expect(truth(done)).toBe('STOPPED')
  })
})

test('two deploys of one job each keep their record', async () => {
  await makeService(cloud)
  await makeService(cloud, { name: 'worker', balanced: false })
  const env = { RUNNER_TEMP: mkdtempSync(join(tmpdir(), 'deploy-ecs-')) }
  const web = await deploy(cloud, { image: 'example.com/web:next' }, { env })
  const worker = await deploy(cloud, { service: 'worker', image: 'example.com/web:next' }, { env })
  const again = await deploy(cloud, { image: 'example.com/web:third' }, { env })
  for (const { outputs } of [web, worker, again]) {
    expect(JSON.parse(readFileSync(String(outputs['deploy-record-file']), 'utf8'))).toEqual(outputs['deploy-record'])
  }
})
