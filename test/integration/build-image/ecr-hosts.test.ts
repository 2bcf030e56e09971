// ECR under AWS's host names, with the rehearsal's ECR behind them.
import { join } from 'node:path'
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type RemoteBuild, startRemoteBuild } from '../../support/build-image/remote-build.ts'
import { type Host, pass } from '../../support/internet.ts'

const TEST = 'build-image-ecr-hosts'
const ACCOUNTS = ['111111111111', '222222222222'] as const
const AWS = { AWS_ACCESS_KEY_ID: ACCOUNTS[0], AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }
const HERE = `${ACCOUNTS[0]}.dkr.ecr.us-east-1.amazonaws.com`
const THERE = `${ACCOUNTS[1]}.dkr.ecr.us-east-1.amazonaws.com`
const ABROAD = `${ACCOUNTS[0]}.dkr.ecr.eu-west-1.amazonaws.com`

let cloud: Cloud
let build: RemoteBuild
/** The rehearsal's ECR has a loopback address for each registry, once there is a repository in it. */
const addresses = new Map<string, string>()
/** The requests to ECR's registries, such as `PUT HOST/v2/…`. */
const ecrRequests: string[] = []

beforeAll(async () => {
  cloud = await startCloud({ account: ACCOUNTS[0] })
  build = await startRemoteBuild(TEST, (look) => {
    const registry =
      (name: string): Host =>
      (request, response) => {
        ecrRequests.push(`${request.method} ${name}${request.url}`)
        if (request.method === 'POST' || request.method === 'PUT') look()
        pass(request, response, { port: Number(new URL(cloud.url).port), host: addresses.get(name) ?? '' })
      }
    return Object.fromEntries([HERE, THERE, ABROAD].map((name) => [name, registry(name)]))
  })
})
afterAll(async () => {
  await build.close()
  await cloud.close()
})

const env = () => ({ ...AWS, AWS_ENDPOINT_URL_ECR: cloud.url })
const createRepository = async (host: string, repositoryName: string) => {
  const [accessKeyId = '', , , region = ''] = host.split('.')
  const ecr = new ECRClient({ endpoint: cloud.url, region, credentials: { accessKeyId, secretAccessKey: 'x' } })
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName }))
  addresses.set(host, repository?.repositoryUri?.split('/')[0] ?? '')
  return ecr
}
const logins = () => cloud.journal.entries('api').filter((call) => call['action'] === 'GetAuthorizationToken')

test('gets a token for each registry, and keeps it out of the log, arguments and files', async () => {
  const images = [HERE, THERE].map((host) => `${host}/team/web`)
  await createRepository(HERE, 'team/web')
  const theirs = await createRepository(THERE, 'team/web')
  // The second account lets the first one push.
  const Principal = { AWS: `arn:aws:iam::${ACCOUNTS[0]}:root` }
  const policyText = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'ecr:*' }] })
  await theirs.send(new SetRepositoryPolicyCommand({ repositoryName: 'team/web', policyText }))
  const step = await build.run({ images: images.join('\n') }, env())
  expect(step).toMatchObject({ code: 0 })
  expect(JSON.parse(step.outputs['images'] ?? '')).toEqual(images.map((image) => `${image}@${step.outputs['digest']}`))
  expect(logins()).toHaveLength(2)
  // Token and password of each are masked before they are used.
  const masked = [...step.log.matchAll(/^::add-mask::(.*)$/gm)].map(([, secret = '']) => secret)
  expect(masked).toHaveLength(4)
  for (const password of masked) build.expectNoLeak(step.log, { username: 'AWS', password })
})

test('promotes an image to another region with a login for each, and sends only the blobs that are missing there', async () => {
  const ecr = await createRepository(ABROAD, 'abroad/web')
  await createRepository(HERE, 'abroad/web')
  const blobs = async (imageTag: string) => {
    const command = new BatchGetImageCommand({ repositoryName: 'abroad/web', imageIds: [{ imageTag }] })
    const { config, layers } = JSON.parse((await ecr.send(command)).images?.[0]?.imageManifest ?? '')
    return [config, ...layers].map(({ digest }: { digest: string }) => digest)
  }
  const ship = async (tags: string, file: string) => {
    const built = await build.run(
      { images: `${ABROAD}/abroad/web`, tags, file: join(build.sources.folder, file) },
      env(),
    )
    expect(built).toMatchObject({ code: 0 })
    const [from, before] = [ecrRequests.length, logins().length]
    const promote = `${ABROAD}/abroad/web:${tags}`
    const promoted = await build.run({ promote, images: `${HERE}/abroad/web`, tags }, env())
    expect(promoted).toMatchObject({ code: 0, outputs: { digest: built.outputs['digest'] } })
    const regions = logins()
      .slice(before)
      .map(({ region }) => region)
    expect(regions.toSorted()).toEqual(['eu-west-1', 'us-east-1'])
    return ecrRequests.slice(from).map(decodeURIComponent)
  }
  /** The blobs in what was asked, each once. */
  const digests = (requests: readonly string[], kind: RegExp) => {
    const found = requests.filter((request) => kind.test(request))
    return [...new Set(found.map((request) => /sha256:\w{64}$/.exec(request)?.[0]))].toSorted()
  }
  build.sources.write(
    'Dockerfile.more',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo more > /more\n`,
  )
  const sent = new RegExp(`^PUT ${HERE}/.*/blobs/`)
  const read = new RegExp(`^GET ${ABROAD}/.*/blobs/`)
  const first = await ship('v1', 'Dockerfile')
  const all = await blobs('v1')
  expect(digests(first, sent)).toEqual(all.toSorted())
  const second = await ship('v2', 'Dockerfile.more')
  const missing = (await blobs('v2')).filter((digest) => !all.includes(digest)).toSorted()
  expect(missing).toHaveLength(2)
  expect([digests(second, sent), digests(second, read)]).toEqual([missing, missing])
})
