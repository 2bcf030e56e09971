// The first deploy of a service that Terraform made with no tasks: there is nothing healthy to go back to.
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { deploy } from '../support/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../support/ecs-cloud.ts'

let cloud: EcsCloud

afterEach(() => cloud.close())

const service = async () => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]
}

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
    expect(done.error).toContain('Nothing ran before, so the service was set back to no tasks')
    await cloud.clock.advance(1_200_000)
    expect(await service()).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
  },
)

test('that succeeds runs what was asked for', async () => {
  const done = await firstDeploy('next', true)
  expect(done.outputs['verdict']).toBe('succeeded')
  expect(await service()).toMatchObject({ desiredCount: 2, runningCount: 2 })
})

test('that is cancelled leaves the service with no tasks too', async () => {
  const done = await firstDeploy('slow', true, 20_000)
  expect(done.outputs['verdict']).toBe('cancelled')
  expect(done.error).toContain('is being set back to no tasks, as nothing ran before')
  await cloud.clock.advance(1_200_000)
  expect(await service()).toMatchObject({ desiredCount: 0, runningCount: 0, pendingCount: 0 })
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
    expect((await service())?.deployments?.[0]?.rolloutState).toBe('IN_PROGRESS')
    const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:next', 'desired-count': '2' })
    expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
    expect(await service()).toMatchObject({ desiredCount: 2, runningCount: 2 })
  },
)

test('that fails where nothing ever was complete says so, and claims no rollback', async () => {
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
