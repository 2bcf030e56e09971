// The labels of an image in the rehearsal's ECR. Needs docker-registry.
import { createHash } from 'node:crypto'
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand, PutImageCommand } from '@aws-sdk/client-ecr'
import { AwsCalls } from '../../../actions/deploy-ecs/src/aws/aws-calls.ts'
import { awsClients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { readImageLabels } from '../../../actions/deploy-ecs/src/prepare/image-labels.ts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { FakeClock } from '../../support/clock.ts'
import { fakeLog } from '../../support/deploy-ecs/fake-aws.ts'

const LABELS = { 'org.opencontainers.image.version': '1.4', 'org.opencontainers.image.revision': 'a'.repeat(40) }
const [OCI, EMPTY] = ['application/vnd.oci.image.', 'application/vnd.oci.empty.v1+json'] as const
let cloud: Cloud
let ecr: ECRClient
const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' }
beforeAll(async () => {
  cloud = await startCloud({ clock: new ManualClock(), runtime: 'simulated' })
  ecr = new ECRClient({ endpoint: cloud.url, region: 'us-east-1', credentials })
})
afterAll(async () => {
  ecr.destroy()
  await cloud.close()
})

/** Uploads a document as a blob, through the registry's API. Returns its descriptor. */
async function blob(repositoryUri: string, mediaType: string, content: object) {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}))
  const authorization = `Basic ${authorizationData[0]?.authorizationToken}`
  const [host, ...path] = repositoryUri.split('/')
  const body = JSON.stringify(content)
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
  const uploads = `http://${host}/v2/${path.join('/')}/blobs/uploads/`
  const started = await fetch(uploads, { method: 'POST', headers: { authorization } })
  const address = new URL(started.headers.get('location') ?? '', uploads)
  address.searchParams.set('digest', digest)
  expect((await fetch(address, { method: 'PUT', headers: { authorization }, body })).status).toBe(201)
  return { mediaType, digest, size: body.length }
}

async function put(repositoryName: string, mediaType: string, content: object) {
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, ...content })
  const { image } = await ecr.send(
    new PutImageCommand({ repositoryName, imageManifest, imageManifestMediaType: mediaType, imageTag: 'v1' }),
  )
  return { mediaType, digest: image?.imageId?.imageDigest ?? '', size: imageManifest.length }
}

test('are read of an image, and of the image of an index', async () => {
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/web' }))
  const uri = repository?.repositoryUri ?? ''
  const config = await blob(uri, `${OCI}config.v1+json`, {
    os: 'linux',
    architecture: 'arm64',
    config: { Labels: LABELS },
  })
  const layers = [await blob(uri, EMPTY, {})]
  const image = await put('team/web', `${OCI}manifest.v1+json`, { config, layers })
  const platform = { os: 'linux', architecture: 'arm64' }
  const index = await put('team/web', `${OCI}index.v1+json`, { manifests: [{ ...image, platform }] })
  const references = [`${uri}@${image.digest}`, `${uri}:v1`, `${uri}@${index.digest}`, `${uri}:gone`]

  const here = { ...awsConfig(cloud.env, 'us-east-1'), endpoint: cloud.url, credentials }
  const clients = awsClients(here)
  const aws = new AwsCalls(clients, new FakeClock(), new AbortController().signal)
  const { lines, log } = fakeLog()
  const labels = await readImageLabels({ aws, env: cloud.env, region: 'us-east-1', log }, references)
  expect(lines).toEqual([])
  expect([...labels]).toEqual(references.slice(0, 3).map((reference) => [reference, LABELS]))
})
