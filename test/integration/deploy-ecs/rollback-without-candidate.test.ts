// A service that was created a moment ago: its first deployment is not complete, so ECS has nothing to roll back to.
import { callsOf, revisionName, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** Every status that a service deployment came to. */
const statuses = () => cloud.journal.entries('service-deployment').map((entry) => entry['status'])

async function createdJustNow(deploymentCircuitBreaker = { enable: false, rollback: false }) {
  const service = { deploymentConfiguration: { deploymentCircuitBreaker } }
  await makeService(cloud, { desiredCount: 3, settled: false, balanced: false, service })
  await cloud.clock.advance(30_000)
  const now = await serviceIn(cloud)
  expect([now?.runningCount, now?.deployments?.[0]?.rolloutState]).toEqual([3, 'IN_PROGRESS'])
}

const healthyAgain = async () => {
  const now = await serviceIn(cloud)
  expect([revisionName(now?.taskDefinition), now?.runningCount, now?.deployments?.length]).toEqual(['web:1', 3, 1])
}

test('a deploy that fails is rolled back by an update, after ECS gave its rollback up', async () => {
  await createdJustNow()
  const done = await deploy(cloud, { image: 'example.com/web:missing' })
  expect(statuses()).toContain('ROLLBACK_FAILED')
  expect(done.outputs['verdict']).toBe('rolled-back')
  expect(done.error).toContain('Rolled back to web:1, which is healthy.')
  await healthyAgain()
})

test('so is one that the circuit breaker could not roll back', async () => {
  await createdJustNow({ enable: true, rollback: true })
  const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '1000' })
  expect(statuses()).toContain('ROLLBACK_FAILED')
  expect(callsOf(cloud, 'StopServiceDeployment').filter(({ outcome }) => outcome === 'ok')).toEqual([])
  expect(done.outputs['verdict']).toBe('rolled-back')
  await healthyAgain()
})

test('a run that is cancelled updates the service back', async () => {
  await createdJustNow()
  const controller = new AbortController()
  cloud.clock.after(10_000, () => controller.abort())
  const done = await deploy(cloud, { image: 'example.com/web:slow' }, { signal: controller.signal })
  expect(done.outputs['verdict']).toBe('cancelled')
  await cloud.clock.advance(300_000)
  await healthyAgain()
})
