// Where the task definition of a deploy comes from: a template, a file, a family or a revision.
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { callsOf, revisionIn, taskDefinitionFile, taskDefinitionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('where a revision starts from', () => {
  test("clones Terraform's template with its edits into the service's family", async () => {
    await makeService(cloud)
    const template = await taskDefinitionIn(cloud, 'web')
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({
        ...template,
        family: 'web-template',
        cpu: '512',
        memory: '1024',
      } as never),
    )
    const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:2')
    expect(await taskDefinitionIn(cloud, 'web:2')).toMatchObject({
      cpu: '512',
      containerDefinitions: [{ image: 'example.com/web:next' }],
    })
    expect(callsOf(cloud, 'RegisterTaskDefinition').length).toBe(3)
  })

  test('gives a service that Terraform created from the template its own family at the first deploy', async () => {
    await makeService(cloud, {
      taskDefinition: { family: 'web-template' },
      service: { taskDefinition: 'web-template' },
    })
    const image = { template: 'web-template', image: 'example.com/web:next' }
    expect((await deploy(cloud, image)).error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:1')
    expect((await deploy(cloud, { ...image, image: 'example.com/web:third' })).error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:2')
    expect((await taskDefinitionIn(cloud, 'web-template'))?.revision).toBe(1)
  })

  test('deploys a file as AWS prints it, and warns of members that ECS does not know (peers: DTD 22, 704, 810)', async () => {
    await makeService(cloud)
    const printed = {
      taskDefinition: { ...(await taskDefinitionIn(cloud, 'web')), shiny: true, cpu: '512', memory: '1024' },
    }
    const done = await deploy(cloud, { 'task-definition': taskDefinitionFile(printed), image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(done.log.filter((line) => line.includes('shiny'))).toEqual([
      expect.stringMatching(/^warning: ECS does not know `shiny` in the file .*td.json: it is left out\.$/),
    ])
    expect(await taskDefinitionIn(cloud, 'web:2')).toMatchObject({ cpu: '512' })
  })

  test('a family or a revision is deployed as it is', async () => {
    await makeService(cloud)
    const base = await taskDefinitionIn(cloud, 'web')
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({ ...base, family: 'web', cpu: '512', memory: '1024' } as never),
    )
    const done = await deploy(cloud, { 'task-definition': 'web' })
    expect(done.error).toBeUndefined()
    expect(await revisionIn(cloud)).toBe('web:2')
    await deploy(cloud, { 'task-definition': 'web:1' })
    expect(await revisionIn(cloud)).toBe('web:1')
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(2)
  })

  test('an identical revision is not registered again, though the service runs another one', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { command: 'rollback' })
    await deploy(cloud, { image: 'example.com/web:next' })
    expect(await revisionIn(cloud)).toBe('web:2')
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(2)
  })
})
