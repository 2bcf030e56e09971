// Clusters and services, given by name or by ARN.
import { CreateClusterCommand } from '@aws-sdk/client-ecs'
import { changeCount } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('an ARN of', () => {
  const arn = (region: string, account: string, what = 'service/production/web') =>
    `arn:aws:ecs:${region}:${account}:${what}`

  test.each([
    [
      'a service in another region',
      { service: arn('us-east-1', '123456789012') },
      'Input `service` says that `production/web` is in us-east-1, but this step works in eu-west-1.\nNext: Set `aws-region: us-east-1`',
    ],
    [
      'a cluster in another region',
      { cluster: arn('us-east-1', '123456789012', 'cluster/production') },
      'Input `cluster` says that `production/web` is in us-east-1, but this step works in eu-west-1.',
    ],
    [
      'a service in another account',
      { service: arn('eu-west-1', '210987654321') },
      'Input `service` says that `production/web` is in account 210987654321, but the credentials are of account 123456789012',
    ],
    [
      'a cluster in another account',
      { cluster: arn('eu-west-1', '210987654321', 'cluster/production') },
      'Input `cluster` says that `production/web` is in account 210987654321',
    ],
  ])('%s is refused before anything is changed', async (_, inputs, message) => {
    await makeService(cloud)
    for (const command of ['deploy', 'rollback', 'verify']) {
      const before = changeCount(cloud)
      const done = await deploy(cloud, {
        ...inputs,
        command,
        ...(command === 'rollback' ? {} : { image: 'example.com/web:next' }),
      })
      expect(done.error).toContain(message)
      expect(changeCount(cloud)).toBe(before)
    }
  })

  test('the right service deploys it', async () => {
    await makeService(cloud)
    const service = arn('eu-west-1', '123456789012')
    const done = await deploy(cloud, { service, image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
  })
})

test('a missing cluster and a missing service have different errors', async () => {
  await cloud.ecs.send(new CreateClusterCommand({ clusterName: 'production' }))
  const done = await deploy(cloud, { image: 'example.com/web:next' })
  expect(done.error).toContain('Input `service` names `web`, which does not exist in cluster `production`.')
})
