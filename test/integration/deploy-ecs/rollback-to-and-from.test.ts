// `command: rollback` with `rollback-to` and `rollback-from`.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { changeCount, revisionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('rollback-from', () => {
  const back = { command: 'rollback', 'rollback-to': 'web:1', 'rollback-from': 'web:2' }
  beforeEach(async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
  })

  test('rolls back from that revision, also where the history may not be read', async () => {
    cloud.intercept = ({ action }) =>
      action === 'ListServiceDeployments'
        ? { error: new AwsError('AccessDeniedException', 'not authorized') }
        : undefined
    const done = await deploy(cloud, back)
    expect([done.error, await revisionIn(cloud)]).toEqual([undefined, 'web:1'])
  })

  test('changes nothing where somebody else has deployed since', async () => {
    await deploy(cloud, { image: 'example.com/web:theirs' })
    const before = changeCount(cloud)
    for (const inputs of [back, { command: 'rollback', 'rollback-from': '2' }]) {
      const done = await deploy(cloud, inputs)
      expect(done.error).toContain(
        'Service `production/web` runs web:3, not web:2 (`rollback-from`): somebody else has deployed since',
      )
    }
    expect([changeCount(cloud), await revisionIn(cloud)]).toEqual([before, 'web:3'])
  })

  test('is green where the service is rolled back already', async () => {
    await deploy(cloud, back)
    const done = await deploy(cloud, back)
    expect([done.error, await revisionIn(cloud)]).toEqual([undefined, 'web:1'])
  })
})

describe('command: rollback', () => {
  test('rolls back to the last revision that was healthy, and is green', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:1')
    expect(done.outputs['deploy-record']).toMatchObject({ kind: 'rollback', verdict: 'succeeded' })
  })

  test('rolls back a deployment that is in progress', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:sick', 'wait-for': 'none' })
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:1')
  })

  test('accepts a revision by number, name or ARN', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { image: 'example.com/web:third' })
    for (const to of ['1', 'web:2', 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1']) {
      const done = await deploy(cloud, { command: 'rollback', 'rollback-to': to })
      expect(done.error).toBeUndefined()
      expect(await revisionIn(cloud)).toBe(`web:${to.at(-1)}`)
    }
  })

  test('is refused where no older revision is known', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toContain('runs web:1, and no older revision is known that was deployed successfully.')
    const gone = await deploy(cloud, { command: 'rollback', 'rollback-to': '9' })
    expect(gone.error).toContain('leads to task definition `web:9`, which does not exist')
    expect(changeCount(cloud)).toBe(1)
  })
})
