// Where the task definition of a deploy comes from: a template, a file, a family or a revision.
import type { DescribeImagesCommandOutput } from '@aws-sdk/client-ecr'
import { type DescribeTasksCommandOutput, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import {
  callsOf,
  changeCount,
  registerWithUnknown,
  revisionIn,
  taskDefinitionFile,
  taskDefinitionIn,
} from '../../support/deploy-ecs/cloud-state.ts'
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

  test('takes a sidecar of a template as it runs, though its tag has moved', async () => {
    await makeService(cloud)
    const { containerDefinitions = [], ...template } = (await taskDefinitionIn(cloud, 'web')) ?? {}
    const agent = { name: 'agent', image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/agent:7' }
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({
        ...template,
        family: 'web-template',
        containerDefinitions: [...containerDefinitions, agent],
      } as never),
    )
    // ECR has another digest for the tag.
    const old = `sha256:${'b'.repeat(64)}`
    const connect: Connect = (config) => {
      const clients = awsClients(config)
      clients.ecs.middlewareStack.add(
        (next) => async (args) => {
          const answer = await next(args)
          for (const { containers = [] } of (answer.output as Partial<DescribeTasksCommandOutput>).tasks ?? [])
            for (const each of containers) if (each.name === 'agent') each.imageDigest = old
          return answer
        },
        { step: 'initialize' },
      )
      const ecr = (region: string) => {
        const client = clients.ecr(region)
        client.middlewareStack.add(
          (next) => async (args) => {
            const answer = await next(args)
            for (const image of (answer.output as Partial<DescribeImagesCommandOutput>).imageDetails ?? [])
              image.imageManifestMediaType = 'application/vnd.oci.image.manifest.v1+json'
            return answer
          },
          { step: 'initialize' },
        )
        return client
      }
      return { ...clients, ecr }
    }
    const inputs = { template: 'web-template', image: `app=example.com/web@sha256:${'a'.repeat(64)}` }
    const runs = [await deploy(cloud, inputs, { connect }), await deploy(cloud, inputs, { connect })]
    expect(runs.map(({ outputs, error }) => [outputs['verdict'], error])).toEqual([
      ['succeeded', undefined],
      ['succeeded', undefined],
    ])
    expect(callsOf(cloud, 'DescribeImages').length).toBe(2)
    expect(await revisionIn(cloud)).toBe('web:2')
  })

  test('deploys a file as AWS prints it, and warns of members that it does not know (peers: DTD 22, 704, 810)', async () => {
    await makeService(cloud)
    const printed = {
      taskDefinition: { ...(await taskDefinitionIn(cloud, 'web')), shiny: true, cpu: '512', memory: '1024' },
    }
    const done = await deploy(cloud, { 'task-definition': taskDefinitionFile(printed), image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(done.log.filter((line) => line.includes('shiny'))).toEqual([
      expect.stringMatching(
        /^warning: This action does not know `shiny` in the file .*td.json: the new revision is without it\.$/,
      ),
    ])
    expect(await taskDefinitionIn(cloud, 'web:2')).toMatchObject({ cpu: '512' })
  })

  describe('a revision in ECS with members that the SDK does not know', () => {
    beforeEach(async () => {
      await makeService(cloud)
      const base = await taskDefinitionIn(cloud, 'web')
      const containerDefinitions = base?.containerDefinitions?.map((container) => ({ ...container, shiny: [1] }))
      await registerWithUnknown(cloud, { ...base, containerDefinitions })
    })

    test('is cloned without them, with a warning', async () => {
      const done = await deploy(cloud, { 'task-definition': 'web:2', image: 'example.com/web:next' })
      expect(done.error).toBeUndefined()
      expect(done.log).toContain(
        'warning: This action does not know `containerDefinitions[0].shiny` in web:2: the new revision is without it.',
      )
    })

    test('is not cloned with `unknown-members: refuse`', async () => {
      const changes = changeCount(cloud)
      const done = await deploy(cloud, {
        'task-definition': 'web:2',
        image: 'example.com/web:next',
        'unknown-members': 'refuse',
      })
      expect(done.error).toContain('This action does not know `containerDefinitions[0].shiny` in web:2')
      expect(done.error).toContain('set `unknown-members: warn`')
      expect(changeCount(cloud)).toBe(changes)
    })

    test('is deployed unchanged with them', async () => {
      const done = await deploy(cloud, { 'task-definition': 'web:2', 'unknown-members': 'refuse' })
      expect(done.error).toBeUndefined()
      expect(done.log.join('\n')).not.toContain('shiny')
      expect(await revisionIn(cloud)).toBe('web:2')
    })
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
