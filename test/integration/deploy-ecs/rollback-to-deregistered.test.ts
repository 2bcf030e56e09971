// Terraform deregisters each revision that it replaces. ECS refuses to deploy such a revision.
import { DeregisterTaskDefinitionCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { registerWithUnknown, revisionIn, serviceIn, taskDefinitionIn } from '../../support/deploy-ecs/cloud-state.ts'
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

describe('a revision with members that the SDK does not know', () => {
  const SHINY = 'This action does not know `shiny` in web:2: the new revision is without it.'
  /** A service that runs web:2, which has such a member and is deregistered. */
  const makeShiny = async () => {
    await makeService(cloud)
    await registerWithUnknown(cloud, { ...(await taskDefinitionIn(cloud, 'web')), shiny: true })
    await deploy(cloud, { 'task-definition': 'web:2' })
    await deregister('web:2')
    cloud.intercept = ({ action }) =>
      action.includes('ServiceDeployment')
        ? { error: new AwsError('AccessDeniedException', `not authorized to perform: ecs:${action}`) }
        : undefined
  }
  const bad = { 'task-definition': 'web:1', image: 'example.com/web:crash' }

  test('is registered again without them, with a warning', async () => {
    await makeShiny()
    const done = await deploy(cloud, bad)
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.log).toContain(`warning: ${SHINY}`)
  })

  test('is not registered again after a failed deploy with `unknown-members: refuse`', async () => {
    await makeShiny()
    const done = await deploy(cloud, { ...bad, 'unknown-members': 'refuse' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain(`It was not rolled back: ${SHINY}`)
  })

  test.each([
    ['warn', undefined],
    ['refuse', SHINY],
  ])('is named by `command: rollback` with `unknown-members: %s`', async (choice, refusal) => {
    await makeShiny()
    await deploy(cloud, { 'task-definition': 'web:1', image: 'example.com/web:next' })
    const back = { command: 'rollback', 'rollback-to': '2', 'unknown-members': choice }
    const done = await deploy(cloud, back)
    if (refusal !== undefined) expect(done.error).toContain(refusal)
    else expect([done.error, done.log]).toEqual([undefined, expect.arrayContaining([`warning: ${SHINY}`])])
  })
})
