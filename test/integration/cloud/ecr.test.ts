import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as sdk from '@aws-sdk/client-ecr'
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  PutImageCommand,
  SetRepositoryPolicyCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { misfits, operationShapes } from '../../../rehearsal/cloud/kernel/protocol/shapes.ts'

// Needs a Docker engine, and Debian's docker-registry. Pushes and pulls with the docker CLI, as people do.

const run = promisify(execFile)
const LABEL = 'slipway.test=cloud-registry'

let cloud: Cloud
let clock: ManualClock
let home: string

beforeAll(async () => {
  clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock })
  home = mkdtempSync(join(tmpdir(), 'slipway-docker-'))
})

afterAll(async () => {
  await cloud.close()
  const { stdout } = await run('docker', ['image', 'ls', '--quiet', '--filter', `label=${LABEL}`])
  const images = [...new Set(stdout.split('\n').filter((id) => id !== ''))]
  if (images.length > 0) await run('docker', ['image', 'rm', '--force', ...images])
  rmSync(home, { recursive: true, force: true })
})

const client = (account = '123456789012') =>
  new ECRClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    maxAttempts: 1,
  })

/** Runs docker with a configuration of its own, and gives what it printed or its error. */
async function docker(...args: string[]): Promise<{ ok: boolean; output: string }> {
  try {
    const { stdout, stderr } = await run('docker', ['--config', home, ...args])
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    return { ok: false, output: String((error as { stderr?: string }).stderr) }
  }
}

async function logIn(ecr: ECRClient, registry: string): Promise<void> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand())
  const auth = authorizationData?.[0]?.authorizationToken
  writeFileSync(join(home, 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }))
}

/** Makes an image out of one file, so that nothing needs to be pulled. */
async function makeImage(reference: string, content: string): Promise<void> {
  const file = join(home, 'content')
  writeFileSync(file, content)
  await run('sh', [
    '-c',
    'tar -C "$1" -c content | docker import --change "LABEL $2" - "$3"',
    'sh',
    home,
    LABEL,
    reference,
  ])
}

const repository = async (ecr: ECRClient, name: string, more = {}) => {
  const created = await ecr.send(new CreateRepositoryCommand({ repositoryName: name, ...more }))
  return created.repository?.repositoryUri ?? ''
}

test('an image is pushed, described, and pulled again by its digest', async () => {
  const ecr = client()
  const uri = await repository(ecr, 'team/web')
  await logIn(ecr, uri.split('/')[0] ?? '')
  await makeImage(`${uri}:v1`, 'one')

  const push = await docker('push', `${uri}:v1`)
  expect(push).toMatchObject({ ok: true })
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(push.output)?.[1]

  const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: 'team/web' }))
  expect(imageDetails).toEqual([expect.objectContaining({ imageDigest: digest, imageTags: ['v1'] })])
  expect(imageDetails[0]?.imageSizeInBytes).toBeGreaterThan(0)

  await run('docker', ['image', 'rm', `${uri}:v1`])
  expect(await docker('pull', `${uri}@${digest}`)).toMatchObject({ ok: true })
  expect(cloud.journal.entries('registry')).toContainEqual(
    expect.objectContaining({
      method: 'PUT',
      what: 'manifest',
      repository: 'team/web',
      reference: 'v1',
      outcome: 'ok',
    }),
  )
})

test('an archived image is described, cannot be pulled, and is restored by a push', async () => {
  const ecr = client()
  const uri = await repository(ecr, 'archive')
  await logIn(ecr, uri.split('/')[0] ?? '')
  await makeImage(`${uri}:v1`, 'archived')
  expect(await docker('push', `${uri}:v1`)).toMatchObject({ ok: true })
  const [id, repositoryName] = [{ imageTag: 'v1' }, 'archive']
  const move = (targetStorageClass: 'ARCHIVE' | 'STANDARD') =>
    ecr.send(new UpdateImageStorageClassCommand({ repositoryName, imageId: id, targetStorageClass }))
  const described = async (imageIds?: (typeof id)[]) =>
    (await ecr.send(new DescribeImagesCommand({ repositoryName, ...(imageIds && { imageIds }) }))).imageDetails?.map(
      ({ imageStatus }) => imageStatus,
    )

  expect(await move('ARCHIVE')).toMatchObject({ imageStatus: 'ARCHIVED' })
  expect([await described([id]), await described()]).toEqual([['ARCHIVED'], []])
  await run('docker', ['image', 'rm', `${uri}:v1`])
  expect(await docker('pull', `${uri}:v1`)).toMatchObject({ ok: false })
  const { failures } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [id] }))
  expect(failures).toEqual([expect.objectContaining({ failureCode: 'ImageNotFound' })])

  expect(await move('STANDARD')).toMatchObject({ imageStatus: 'ACTIVATING' })
  await clock.advance(20 * 60_000)
  expect(await described()).toEqual(['ACTIVE'])
  expect(await docker('pull', `${uri}:v1`)).toMatchObject({ ok: true })

  await move('ARCHIVE')
  expect(await docker('push', `${uri}:v1`)).toMatchObject({ ok: true })
  expect(await described([id])).toEqual(['ACTIVE'])
})

test('a push without a valid login is refused', async () => {
  const ecr = client()
  const uri = await repository(ecr, 'locked')
  await makeImage(`${uri}:v1`, 'locked')
  writeFileSync(join(home, 'config.json'), '{}')
  expect((await docker('push', `${uri}:v1`)).output).toMatch(/no basic auth credentials/)

  await logIn(ecr, uri.split('/')[0] ?? '')
  await clock.advance(12 * 60 * 60 * 1000)
  const { output } = await docker('push', `${uri}:v1`)
  expect(output).toMatch(/denied: Your authorization token has expired\. Reauthenticate and try again\./)
})

test("a missing repository has ECR's error", async () => {
  const ecr = client()
  const registry = new URL(cloud.url).host
  await logIn(ecr, registry)
  await makeImage(`${registry}/nowhere:v1`, 'nowhere')
  expect((await docker('push', `${registry}/nowhere:v1`)).output).toMatch(
    /name unknown: The repository with name 'nowhere' does not exist in the registry with id '123456789012'/,
  )
})

test('an immutable tag cannot be moved, by docker or by the API', async () => {
  const ecr = client()
  const uri = await repository(ecr, 'fixed', { imageTagMutability: 'IMMUTABLE' })
  await logIn(ecr, uri.split('/')[0] ?? '')
  await makeImage(`${uri}:v1`, 'first')
  expect(await docker('push', `${uri}:v1`)).toMatchObject({ ok: true })
  await makeImage(`${uri}:v1`, 'second')
  expect((await docker('push', `${uri}:v1`)).output).toMatch(
    /tag invalid: The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable\./,
  )

  await makeImage(`${uri}:v2`, 'second')
  expect(await docker('push', `${uri}:v2`)).toMatchObject({ ok: true })
  const got = await ecr.send(new BatchGetImageCommand({ repositoryName: 'fixed', imageIds: [{ imageTag: 'v2' }] }))
  const imageManifest = got.images?.[0]?.imageManifest
  const put = (imageTag: string) => ecr.send(new PutImageCommand({ repositoryName: 'fixed', imageManifest, imageTag }))
  await expect(put('v1')).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' })
  await expect(put('v2')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' })
  expect((await put('release')).image?.imageId).toEqual({ ...got.images?.[0]?.imageId, imageTag: 'release' })
  expect(await docker('pull', `${uri}:release`)).toMatchObject({ ok: true })
})

test('each account has its own registry, which other accounts use by policy only', async () => {
  const [ours, theirs] = [client(), client('222222222222')]
  const uri = await repository(theirs, 'shared')
  const registry = uri.split('/')[0] ?? ''
  expect(registry).not.toBe(new URL(cloud.url).host)
  await makeImage(`${uri}:v1`, 'shared')

  await logIn(ours, registry)
  expect((await docker('push', `${uri}:v1`)).output).toMatch(
    /denied: User: \S+ is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:us-east-1:222222222222:repository\/shared because no resource-based policy allows/,
  )

  const policyText = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'ecr:*' }],
  })
  await theirs.send(new SetRepositoryPolicyCommand({ repositoryName: 'shared', policyText }))
  expect(await docker('push', `${uri}:v1`)).toMatchObject({ ok: true })
  const there = await theirs.send(new DescribeImagesCommand({ repositoryName: 'shared' }))
  expect(there.imageDetails).toHaveLength(1)
})

test('a layer can be downloaded by the URL of GetDownloadUrlForLayer', async () => {
  const ecr = client()
  const repositoryName = 'layers'
  const uri = await repository(ecr, repositoryName)
  await logIn(ecr, uri.split('/')[0] ?? '')
  await makeImage(`${uri}:v1`, 'layer')
  await docker('push', `${uri}:v1`)
  const { images: got } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }))
  const { layers } = JSON.parse(got?.[0]?.imageManifest ?? '')
  const { downloadUrl } = await ecr.send(
    new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: layers[0].digest }),
  )
  const layer = await fetch(downloadUrl ?? '')
  expect((await layer.arrayBuffer()).byteLength).toBe(layers[0].size)
})

/** What a test reads of an answer without the SDK. */
interface Answered {
  readonly repository: { readonly repositoryUri: string; readonly repositoryArn: string }
  readonly images: readonly [{ readonly imageManifest: string }]
}

test("every API response has the SDK's shape", async () => {
  const repositoryName = 'shapes'
  const schemas = sdk as unknown as Readonly<Record<string, unknown>>
  /** Asks without the SDK, which would silently drop what it does not know. */
  const ask = async (action: string, input: object) => {
    const answer = await fetch(cloud.url, {
      method: 'POST',
      headers: {
        'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${action}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/ecr/aws4_request, Signature=0',
      },
      body: JSON.stringify(input),
    })
    const output = (await answer.json()) as Answered
    expect({ action, status: answer.status, output }).toMatchObject({ status: 200 })
    expect({ action, misfits: misfits(operationShapes(schemas[`${action}$`]).output, output) }).toEqual({
      action,
      misfits: [],
    })
    return output
  }
  const { repository: made } = await ask('CreateRepository', { repositoryName, tags: [{ Key: 'team', Value: 'web' }] })
  await logIn(client(), made.repositoryUri.split('/')[0] ?? '')
  await makeImage(`${made.repositoryUri}:v1`, 'shapes')
  await docker('push', `${made.repositoryUri}:v1`)
  const imageIds = [{ imageTag: 'v1' }, { imageTag: 'missing' }]
  const { images } = await ask('BatchGetImage', { repositoryName, imageIds })
  const [layer] = JSON.parse(images[0].imageManifest).layers
  const at = { repositoryName, imageId: { imageTag: 'v1' } }
  const policyText = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'ecr:*' } })

  await ask('DescribeRepositories', {})
  await ask('GetAuthorizationToken', {})
  await ask('PutImage', { repositoryName, imageManifest: images[0].imageManifest, imageTag: 'v2' })
  await ask('StartImageScan', at)
  await ask('DescribeImageScanFindings', at)
  await clock.advance(60_000)
  expect(await ask('DescribeImageScanFindings', at)).toMatchObject({ imageScanStatus: { status: 'COMPLETE' } })
  await ask('DescribeImages', { repositoryName })
  await ask('ListImages', { repositoryName, filter: { tagStatus: 'TAGGED' } })
  const layerDigests = [layer.digest, `sha256:${'0'.repeat(64)}`]
  expect(await ask('BatchCheckLayerAvailability', { repositoryName, layerDigests })).toMatchObject({
    layers: [{ layerAvailability: 'AVAILABLE', layerSize: layer.size }, { layerAvailability: 'UNAVAILABLE' }],
  })
  await ask('GetDownloadUrlForLayer', { repositoryName, layerDigest: layer.digest })
  await ask('PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' })
  const rules = [{ scanFrequency: 'SCAN_ON_PUSH', repositoryFilters: [{ filter: '*', filterType: 'WILDCARD' }] }]
  await ask('PutRegistryScanningConfiguration', { scanType: 'BASIC', rules })
  expect(await ask('GetRegistryScanningConfiguration', {})).toMatchObject({ scanningConfiguration: { rules } })
  await ask('PutImageScanningConfiguration', { repositoryName, imageScanningConfiguration: { scanOnPush: true } })
  await ask('SetRepositoryPolicy', { repositoryName, policyText })
  await ask('GetRepositoryPolicy', { repositoryName })
  await ask('DeleteRepositoryPolicy', { repositoryName })
  await ask('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: '{"rules":[]}' })
  await ask('GetLifecyclePolicy', { repositoryName })
  await ask('DeleteLifecyclePolicy', { repositoryName })
  await ask('TagResource', { resourceArn: made.repositoryArn, tags: [{ Key: 'a', Value: 'b' }] })
  await ask('UntagResource', { resourceArn: made.repositoryArn, tagKeys: ['team'] })
  expect(await ask('ListTagsForResource', { resourceArn: made.repositoryArn })).toEqual({
    tags: [{ Key: 'a', Value: 'b' }],
  })
  await ask('BatchDeleteImage', { repositoryName, imageIds })
  await ask('DeleteRepository', { repositoryName, force: true })
})
