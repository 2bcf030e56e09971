// One of several services fails: it is rolled back at once, without waiting for the others.
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

const API_CRASHES = `
description: the new tasks of one service crash, and those of the other take their time
tasks:
  - { when: { service: api, image: ':next' }, exit: { after: 500ms, code: 1 } }
  - { when: { service: worker, image: ':next' }, start: { takes: 10m } }
`
const inputs = { service: 'api, worker', image: 'example.com/web:next' }

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud({ scenario: API_CRASHES })
  for (const name of ['api', 'worker']) {
    await makeService(cloud, { name, image: 'example.com/web:first', balanced: false })
  }
})
afterEach(() => cloud.close())

const runs = async (name: string) => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}
/** When a service deployment first came to this status, by the cloud's clock. */
const since = (status: string) =>
  Date.parse(cloud.journal.entries('service-deployment').find((entry) => entry['status'] === status)?.at ?? '')

test('it is rolled back without waiting for the slowest service', async () => {
  const begun = cloud.clock.now()
  const done = await deploy(cloud, inputs)
  expect(done.outputs['deploy-record']).toMatchObject({
    verdict: 'rolled-back',
    services: [{ verdict: 'rolled-back' }, { verdict: 'succeeded' }],
  })
  expect(since('ROLLBACK_SUCCESSFUL') - begun).toBeLessThan(180_000)
  expect(cloud.clock.now() - begun).toBeGreaterThan(600_000)
  expect([await runs('api'), await runs('worker')]).toEqual(['api:1', 'worker:2'])
  // While the other service is still followed, each line names its service.
  expect(done.log).toContainEqual(expect.stringMatching(/^\[production\/api\] Rollout COMPLETED: /))
})

test('it stays rolled-back when the run is cancelled later', async () => {
  const cancellation = new AbortController()
  cloud.clock.after(400_000, () => cancellation.abort())
  const done = await deploy(cloud, inputs, { signal: cancellation.signal })
  expect(done.outputs['deploy-record']).toMatchObject({
    verdict: 'cancelled',
    services: [
      { verdict: 'rolled-back', reason: expect.stringContaining('Rolled back to api:1, which is healthy.') },
      { verdict: 'cancelled', reason: expect.stringContaining('is being rolled back to worker:1 by ECS') },
    ],
  })
})

test('on-cancel applies to it when the run is cancelled during its rollback', async () => {
  const cancellation = new AbortController()
  cloud.journal.follow(({ type, status }) => {
    if (type === 'service-deployment' && status === 'ROLLBACK_IN_PROGRESS') cancellation.abort()
  })
  const done = await deploy(cloud, inputs, { signal: cancellation.signal })
  expect(done.outputs['deploy-record']).toMatchObject({
    verdict: 'cancelled',
    services: [{ verdict: 'cancelled' }, { verdict: 'cancelled' }],
  })
  await cloud.clock.advance(1_800_000)
  expect([await runs('api'), await runs('worker')]).toEqual(['api:1', 'worker:1'])
})
