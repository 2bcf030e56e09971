// Simulated tasks have the digest that the cloud's own ECR has for a tag. Needs docker-registry.
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const clock = new ManualClock()
let cloud: Cloud
let ecr: ECRClient
let ecs: ECSClient
beforeAll(async () => {
  cloud = await startCloud({ clock, runtime: 'simulated' })
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' }
  const config = { endpoint: cloud.url, region: 'us-east-1', credentials }
  ecr = new ECRClient(config)
  ecs = new ECSClient(config)
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
})
afterAll(async () => {
  ecr.destroy()
  ecs.destroy()
  await cloud.close()
})

/** Moves the tag `v1` to a new image, and gives its digest. */
async function push(repositoryName: string, version: string): Promise<string | undefined> {
  const manifest = { schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { version } }
  const imageManifest = JSON.stringify(manifest)
  const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageTag: 'v1', imageManifest }))
  return image?.imageId?.imageDigest
}

/** The digest of a new task with this image. */
async function digestOf(image: string): Promise<string | undefined> {
  const containerDefinitions = [{ name: 'web', image, memory: 64 }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  const { tasks: started } = await ecs.send(
    new RunTaskCommand({ cluster: 'main', taskDefinition: 'web', launchType: 'EC2' }),
  )
  await clock.advance(60_000)
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: [started?.[0]?.taskArn ?? ''] }))
  return tasks?.[0]?.containers?.[0]?.imageDigest
}

test("a tag in the cloud's ECR has its digest, under the cloud's host and under AWS's", async () => {
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/web' }))
  const first = await push('team/web', '1')
  const [here, aws] = [`${repository?.repositoryUri}:v1`, '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web:v1']
  expect(first).toMatch(/^sha256:/)
  expect([await digestOf(here), await digestOf(aws)]).toEqual([first, first])
  const second = await push('team/web', '2')
  expect([await digestOf(here), await digestOf(aws)]).toEqual([second, second])
  expect(second).not.toBe(first)
})

test('an image that the cloud does not have has a digest, too', async () => {
  expect(await digestOf('nginx:1')).toMatch(/^sha256:[0-9a-f]{64}$/)
})
