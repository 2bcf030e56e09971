// `on-cancel`: the state in which a cancelled run leaves its service.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, revisionName, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const refuse = (code: string, status = 400): { error: AwsError } => ({
  error: new AwsError(code, `${code}, said the cloud`, status),
})

describe('a run that is cancelled', () => {
  const cancelled = async (inputs: Record<string, string>, afterMs: number) => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.clock.after(afterMs, () => cancellation.abort())
    return deploy(cloud, { image: 'example.com/web:slow', ...inputs }, { signal: cancellation.signal })
  }

  test('during a rollout is rolled back by ECS, and says so', async () => {
    const done = await cancelled({}, 20_000)
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('Service `production/web` is being rolled back to web:1 by ECS.')
    expect(done.summary).toContain('🚫 Cancelled')
    await cloud.clock.advance(600_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
    expect((await serviceIn(cloud))?.deployments).toHaveLength(1)
  })

  test('leaves the rollout running with on-cancel: leave', async () => {
    const done = await cancelled({ 'on-cancel': 'leave' }, 20_000)
    expect(done.error).toContain('goes on rolling out web:2; this run no longer watches it')
    expect(callsOf(cloud, 'StopServiceDeployment')).toHaveLength(0)
    await cloud.clock.advance(900_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:2')
  })

  test('before the update leaves the service alone', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.intercept = ({ action }) => {
      if (action === 'RegisterTaskDefinition') cancellation.abort()
      return undefined
    }
    const done = await deploy(cloud, { image: 'example.com/web:next' }, { signal: cancellation.signal })
    expect(done.error).toBeDefined()
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('during UpdateService is rolled back', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.intercept = ({ action }) => {
      if (action === 'UpdateService') cancellation.abort()
      return undefined
    }
    const done = await deploy(cloud, { image: 'example.com/web:slow' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    await cloud.clock.advance(600_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
  })

  test('during its own rollback lets the rollback continue', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { image: 'example.com/web:third' })
    const cancellation = new AbortController()
    cloud.clock.after(10_000, () => cancellation.abort())
    const done = await deploy(cloud, { command: 'rollback', 'rollback-to': '2' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('goes on rolling out web:2; this run no longer watches it')
    await cloud.clock.advance(900_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:2')
  })

  test('without the right to stop deployments is updated back', async () => {
    cloud.intercept = ({ action }) => (action === 'StopServiceDeployment' ? refuse('AccessDeniedException') : undefined)
    const done = await cancelled({}, 20_000)
    expect(done.error).toContain('is being updated back to web:1')
    await cloud.clock.advance(600_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
  })
})
