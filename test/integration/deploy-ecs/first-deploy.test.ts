// The first deploy of a service that Terraform created with a desired count of 0: no revision before it was healthy.
import { DeregisterTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

afterEach(() => cloud.close())

async function firstDeploy(tag: string, breaker: boolean, cancelAfterMs?: number) {
  cloud = await startEcsCloud()
  await makeService(cloud, {
    // As with Terraform's template: there is no such image yet.
    image: 'example.com/web:missing',
    taskDefinition: { family: 'web-template' },
    service: {
      taskDefinition: 'web-template',
      desiredCount: 0,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: breaker, rollback: breaker } },
    },
  })
  const cancellation = new AbortController()
  if (cancelAfterMs !== undefined) cloud.clock.after(cancelAfterMs, () => cancellation.abort())
  return deploy(
    cloud,
    { template: 'web-template', image: `example.com/web:${tag}`, 'desired-count': '2' },
    { signal: cancellation.signal },
  )
}

test.each([true, false])(
  'that fails leaves the service with no tasks, as it was (circuit breaker: %s)',
  async (breaker) => {
    const done = await firstDeploy('crash', breaker)
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('Nothing ran before, so the service was scaled to zero')
    await cloud.clock.advance(1_200_000)
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
  },
)

test('that succeeds runs what was asked for', async () => {
  const done = await firstDeploy('next', true)
  expect(done.outputs['verdict']).toBe('succeeded')
  expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 2, runningCount: 2 })
})

test('that is cancelled scales the service to zero', async () => {
  const done = await firstDeploy('slow', true, 20_000)
  expect(done.outputs['verdict']).toBe('cancelled')
  expect(done.error).toContain('is being scaled to zero, as nothing ran before')
  await cloud.clock.advance(1_200_000)
  expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
})

test.each([0, 2])(
  'goes ahead although what Terraform made a moment ago is not complete (desired count %i)',
  async (count) => {
    cloud = await startEcsCloud()
    // What Terraform makes it from has no image yet: with tasks to run, this would never be complete.
    await makeService(cloud, {
      image: 'example.com/web:missing',
      taskDefinition: { family: 'web-template' },
      service: { taskDefinition: 'web-template', desiredCount: count },
      settled: false,
    })
    expect((await serviceIn(cloud))?.deployments?.[0]?.rolloutState).toBe('IN_PROGRESS')
    const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:next', 'desired-count': '2' })
    expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 2, runningCount: 2 })
  },
)

test('that fails where no deployment ever completed claims no rollback', async () => {
  cloud = await startEcsCloud()
  await makeService(cloud, {
    image: 'example.com/web:missing',
    taskDefinition: { family: 'web-template' },
    service: { taskDefinition: 'web-template', desiredCount: 2 },
    settled: false,
  })
  const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:crash' })
  expect(done.outputs['verdict']).toBe('failed')
  expect(done.error).toContain('It was not rolled back:')
})

describe('that fails once more', () => {
  const registerTemplate = (memory: string) =>
    cloud.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web-template',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory,
        containerDefinitions: [
          { name: 'app', image: 'example.com/web:missing', portMappings: [{ containerPort: 80 }] },
        ],
      }),
    )
  const deregister = (taskDefinition: string) => cloud.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }))

  test.each([true, false])(
    'leaves no tasks although Terraform replaced the template since (circuit breaker: %s)',
    async (breaker) => {
      await firstDeploy('crash', breaker)
      // What Terraform does about another `memory`. The service stays where it is: `ignore_changes`.
      await registerTemplate('1024')
      await deregister('web-template:1')
      const done = await deploy(cloud, {
        template: 'web-template',
        image: 'example.com/web:crash',
        'desired-count': '2',
      })
      expect(done.outputs['verdict']).toBe('failed')
      expect(done.error).toContain('Nothing ran before, so the service was scaled to zero')
      await cloud.clock.advance(1_200_000)
      expect(await serviceIn(cloud)).toMatchObject({
        desiredCount: 0,
        runningCount: 0,
        pendingCount: 0,
        taskDefinition: expect.stringMatching(/web-template:2$/),
      })
    },
  )

  test.each([true, false])(
    'leaves no tasks although no revision to go back to is known (circuit breaker: %s)',
    async (breaker) => {
      await firstDeploy('crash', breaker)
      await deregister('web-template:1')
      let updated = false
      cloud.intercept = ({ action }) => {
        updated ||= action === 'UpdateService'
        const denied = updated && action === 'DescribeTaskDefinition'
        return denied ? { error: new AwsError('AccessDeniedException', 'not authorized') } : undefined
      }
      const done = await deploy(cloud, { image: 'example.com/web:crash', 'desired-count': '2' })
      expect(done.outputs['verdict']).toBe('failed')
      expect(done.error).toContain('Nothing ran before, so the service was scaled to zero')
      await cloud.clock.advance(1_200_000)
      expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
    },
  )

  test('and is cancelled scales to zero, although Terraform deregistered the template', async () => {
    await firstDeploy('crash', true)
    await deregister('web-template:1')
    const cancellation = new AbortController()
    cloud.clock.after(20_000, () => cancellation.abort())
    const done = await deploy(
      cloud,
      { image: 'example.com/web:slow', 'desired-count': '2' },
      { signal: cancellation.signal },
    )
    expect(done.error).toContain('is being scaled to zero, as nothing ran before')
    await cloud.clock.advance(1_200_000)
    expect(await serviceIn(cloud)).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
  })
})
