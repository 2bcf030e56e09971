// Reads of ECS lag behind its writes.
import { awsClients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { revisionName, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('lists that lag', () => {
  test('and never show the rollback of ECS: the service deployment shows how it ended', async () => {
    await makeService(cloud)
    let stopped = false
    let shown: unknown
    const done = await deploy(
      cloud,
      { image: 'example.com/web:crash' },
      {
        connect: (config) => {
          const clients = awsClients(config)
          clients.ecs.middlewareStack.add(
            (next, { commandName }) =>
              async (args) => {
                const result = await next(args)
                if (commandName === 'StopServiceDeploymentCommand') stopped = true
                if (commandName !== 'DescribeServicesCommand') return result
                if (!stopped) shown = result.output
                return { ...result, output: shown as typeof result.output }
              },
            { step: 'initialize' },
          )
          return clients
        },
      },
    )
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toContain('Rolled back to web:1, which is healthy.')
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
    expect((await serviceIn(cloud))?.deployments).toHaveLength(1)
  })

  test('show the previous deployment: it is not taken for this one (peer: ecspresso 945)', async () => {
    await cloud.close()
    cloud = await startEcsCloud({ staleness: { currentServiceDeployment: 60_000, serviceDeployments: 30_000 } })
    // Its tasks take longer to start than the lists lag.
    await makeService(cloud, { image: 'example.com/web:slow' })
    const done = await deploy(cloud, { 'force-new-deployment': 'true' })
    expect(done.outputs['verdict']).toBe('succeeded')
    const ours = cloud.journal.entries('service-deployment').at(-1)
    expect(done.outputs['service-deployment-arn']).toBe(ours?.['serviceDeploymentArn'])
  })
})
