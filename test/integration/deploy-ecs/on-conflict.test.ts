// `on-conflict`: another deployment that is in progress, or that starts while the task before the deploy runs.
import { RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { changeCount, revisionIn, taskDefinitionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('another deployment in progress', () => {
  const begin = () =>
    cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', forceNewDeployment: true }))

  test('stops a deploy by default, before anything is changed', async () => {
    await makeService(cloud)
    await begin()
    const before = changeCount(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.error).toMatch(
      /Service `production\/web` has a deployment in progress: ecs-svc\/\d+ \(web:1, 0\/2 running\)/,
    )
    expect(done.error).toContain('`on-conflict: wait`')
    expect(changeCount(cloud)).toBe(before)
  })

  test('is waited for with on-conflict: wait', async () => {
    await makeService(cloud)
    await begin()
    const done = await deploy(cloud, { image: 'example.com/web:next', 'on-conflict': 'wait' })
    expect(done.outputs['verdict']).toBe('succeeded')
  })

  test('is superseded with on-conflict: supersede', async () => {
    await makeService(cloud)
    await begin()
    const done = await deploy(cloud, { image: 'example.com/web:next', 'on-conflict': 'supersede' })
    expect(done.outputs['verdict']).toBe('succeeded')
    expect(done.log.join('\n')).toContain('This deploy supersedes it')
  })
})

describe('another deploy during the task before the deploy', () => {
  /** Theirs has a new variable. It is there, and healthy, before the task ends. */
  async function deployDuringPlan(inputs: Readonly<Record<string, string>>) {
    await cloud.close()
    cloud = await startEcsCloud({
      scenario: `
description: a migration of twelve minutes
tasks:
  - { when: { service: web, image: ':crash' }, exit: { after: 500ms, code: 1 } }
  - { when: { service: web } }
  - { exit: { after: 12m, code: 0 } }
`,
    })
    await makeService(cloud)
    const base = await taskDefinitionIn(cloud, 'web')
    cloud.clock.after(60_000, () => {
      const theirs = {
        ...base,
        containerDefinitions: [{ ...base?.containerDefinitions?.[0], image: 'example.com/web:theirs' }],
      }
      void cloud.ecs.send(new RegisterTaskDefinitionCommand(theirs as never)).then(({ taskDefinition }) =>
        cloud.ecs.send(
          new UpdateServiceCommand({
            cluster: 'production',
            service: 'web',
            taskDefinition: taskDefinition?.taskDefinitionArn,
          }),
        ),
      )
    })
    return deploy(cloud, { 'before-deploy-command': 'migrate', ...inputs })
  }

  test.each(['fail', 'wait'])('is not superseded (on-conflict: %s)', async (conflict) => {
    const done = await deployDuringPlan({ image: 'example.com/web:next', 'on-conflict': conflict })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('Somebody else deployed after this deploy was planned, so nothing was deployed')
    expect(done.error).toMatch(
      /Somebody else deployed to service `production\/web`: deployment ecs-svc\/\d+ of web:\d replaced web:1/,
    )
    const image = (await taskDefinitionIn(cloud, (await revisionIn(cloud)) ?? ''))?.containerDefinitions?.[0]?.image
    expect(image).toBe('example.com/web:theirs')
  })

  test('is what a failed deploy rolls back to with on-conflict: supersede', async () => {
    const done = await deployDuringPlan({ image: 'example.com/web:crash', 'on-conflict': 'supersede' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    const image = async (arn: string) => (await taskDefinitionIn(cloud, arn))?.containerDefinitions?.[0]?.image
    expect(await image((await revisionIn(cloud)) ?? '')).toBe('example.com/web:theirs')
    expect(await image(String(done.outputs['previous-task-definition-arn']))).toBe('example.com/web:theirs')
  })
})
