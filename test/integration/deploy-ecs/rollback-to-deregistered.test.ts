// Terraform deregisters each revision that it replaces. ECS refuses to deploy such a revision.
import { DeregisterTaskDefinitionCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { revisionIn, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const deregister = (taskDefinition: string) => cloud.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }))
const imageOf = async (taskDefinition: string) => {
  const { taskDefinition: read } = await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))
  return read?.containerDefinitions?.[0]?.image
}

describe('command: rollback', () => {
  test('registers the revision again, is green, and goes no further to what it rolled back from', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deregister('web:1')
    const done = await deploy(cloud, { command: 'rollback' })
    expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
    expect([await revisionIn(cloud), await imageOf('web:3')]).toEqual(['web:3', 'example.com/web:ok'])
    expect(done.log.join('\n')).toContain('notice: web:1 was deregistered')
    const again = await deploy(cloud, { command: 'rollback' })
    expect(again.error).toContain('runs web:3 (rolled back from web:2), and no older revision is known')
    expect(await revisionIn(cloud)).toBe('web:3')
  })

  test('with rollback-to does so too', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deregister('web:1')
    const done = await deploy(cloud, { command: 'rollback', 'rollback-to': '1' })
    expect([done.error, await revisionIn(cloud)]).toEqual([undefined, 'web:3'])
  })
})

test.each([false, true])('a deploy that crashes is rolled back (may use service deployments: %s)', async (may) => {
  await makeService(cloud)
  await deregister('web:1')
  cloud.intercept = ({ action }) =>
    !may && action.includes('ServiceDeployment')
      ? { error: new AwsError('AccessDeniedException', `not authorized to perform: ecs:${action}`) }
      : undefined
  const done = await deploy(cloud, { image: 'example.com/web:crash' })
  expect(done.outputs['verdict']).toBe('rolled-back')
  const now = await serviceIn(cloud)
  expect([now?.runningCount, await imageOf(now?.taskDefinition ?? '')]).toEqual([2, 'example.com/web:ok'])
})
