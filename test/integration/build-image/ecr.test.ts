// The rehearsal cloud's ECR: accounts, repository policies, immutable tags, tokens that expire.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr'
import { main } from '../../../actions/build-image/src/main.ts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { runStep, source } from '../../support/run-action.ts'

const TEST = 'build-image-ecr'
const STAGE = '111111111111'
const PROD = '222222222222'

let cloud: Cloud
let clock: ManualClock
let sources: ImageSources
let temp: string
/** Each request to this server advances the clock by twelve hours. */
let hours: Server

beforeAll(async () => {
  clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock, account: STAGE })
  sources = imageSources(TEST, ['CMD ["busybox", "true"]'])
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  hours = createServer(async (_, response) => {
    await clock.advance(12 * 60 * 60 * 1000)
    response.end('later\n')
  }).listen(0, '127.0.0.1')
  await once(hours, 'listening')
})
afterAll(async () => {
  await cloud.close()
  hours.close()
  sources.remove()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})

const client = (account: string) =>
  new ECRClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    maxAttempts: 1,
  })

const createRepository = async (account: string, repositoryName: string, more = {}) => {
  const { repository } = await client(account).send(new CreateRepositoryCommand({ repositoryName, ...more }))
  return repository?.repositoryUri ?? ''
}

const run = (inputs: Readonly<Record<string, string>>, account = STAGE) =>
  runStep(source('build-image'), {
    inputs: { ...(inputs['promote'] === undefined ? { context: sources.folder } : {}), tags: 'v1', ...inputs },
    env: {
      ...cloud.env,
      AWS_ACCESS_KEY_ID: account,
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      DOCKER_CONFIG: temp,
    },
  })

const host = () => new URL(cloud.url).host

test('pushes an image without a login step, and succeeds again when it builds again', async () => {
  const uri = await createRepository(STAGE, 'team/web', { imageTagMutability: 'IMMUTABLE' })
  const first = await run({ images: uri })
  expect(first).toMatchObject({ code: 0 })
  const { imageDetails } = await client(STAGE).send(new DescribeImagesCommand({ repositoryName: 'team/web' }))
  expect(imageDetails).toEqual([expect.objectContaining({ imageDigest: first.outputs['digest'] })])
  expect(imageDetails?.[0]?.imageTags).toContain('v1')

  const again = await run({ images: uri, 'no-cache': 'true' })
  expect(again).toMatchObject({ code: 0, outputs: { digest: first.outputs['digest'], skipped: 'false' } })
  expect(again.log).toContain(`${uri}:v1 already points to this image`)

  const other = await run({ images: uri, 'build-args': 'VERSION=2', labels: 'version=2' })
  expect(other.code).toBe(1)
  expect(other.log).toMatch(
    new RegExp(
      `The tag ${uri}:v1 is immutable and stands for ${first.outputs['digest']}; this image is sha256:[0-9a-f]{64}\\.`,
    ),
  )
  const after = await client(STAGE).send(new DescribeImagesCommand({ repositoryName: 'team/web' }))
  expect(after.imageDetails).toHaveLength(1)
})

test('names a missing repository before anything is built, and creates it with `create-repository`', async () => {
  const images = `${host()}/made/here`
  const missing = await run({ images })
  expect(missing.code).toBe(1)
  expect(missing.log).toContain(`The repository ${images} does not exist.`)
  expect(missing.log).not.toContain('Engine:')

  const policy = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 },
        action: { type: 'expire' },
      },
    ],
  })
  const made = await run({
    images,
    'create-repository': 'true',
    'repository-immutable-tags': 'true',
    'repository-lifecycle-policy': policy,
  })
  expect(made).toMatchObject({ code: 0 })
  const ecr = client(STAGE)
  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['made/here'] }))
  expect(repositories?.[0]).toMatchObject({
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
  })
  const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName: 'made/here' }))
  expect(JSON.parse(lifecyclePolicyText ?? '')).toEqual(JSON.parse(policy))
})

test('creates and pushes nothing with credentials of another account than the expected one', async () => {
  const images = `${host()}/guarded/web`
  const inputs = { images, 'create-repository': 'true', 'expected-account-id': PROD }
  const refused = await run(inputs)
  expect(refused.code).toBe(1)
  expect(refused.log).toContain(
    `Input \`expected-account-id\` is ${PROD}, but the credentials belong to account ${STAGE}`,
  )
  const look = client(STAGE).send(new DescribeRepositoriesCommand({ repositoryNames: ['guarded/web'] }))
  await expect(look).rejects.toMatchObject({ name: 'RepositoryNotFoundException' })
  expect(await run({ ...inputs, 'expected-account-id': STAGE })).toMatchObject({ code: 0 })
})

test('replaces a token that expires between login and push', async () => {
  const uri = await createRepository(STAGE, 'slow/web')
  const address = hours.address()
  const port = typeof address === 'object' ? address?.port : undefined
  sources.write('slow.txt', 'slow')
  const step = await run({
    images: uri,
    'test-command': `busybox wget -q -O - http://127.0.0.1:${port}/`,
    'no-cache': 'true',
  })
  expect(step.log).toContain('later\n')
  expect(step).toMatchObject({ code: 0 })
  expect(cloud.journal.entries('registry')).toContainEqual(
    expect.objectContaining({ repository: 'slow/web', outcome: 'DENIED', status: 403 }),
  )
  expect(step.log.match(/::add-mask::/g)).toHaveLength(4)
})

test('promotes an image from one account to another, byte for byte', async () => {
  const from = await createRepository(STAGE, 'stage/web')
  const to = await createRepository(PROD, 'prod/web', { imageTagMutability: 'IMMUTABLE' })
  expect(to.split('/')[0]).not.toBe(host())
  const built = await run({ images: from })
  const { image = '', digest } = built.outputs

  const denied = await run({ promote: image, images: to }, PROD)
  expect(denied.code).toBe(1)
  expect(denied.log).toMatch(/Cannot promote .*stage\/web@sha256:\w+: the registry denies reading it/)
  expect(denied.log).toContain('Both sides must allow it')

  await client(STAGE).send(
    new SetRepositoryPolicyCommand({
      repositoryName: 'stage/web',
      policyText: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${PROD}:root` },
            Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          },
        ],
      }),
    }),
  )
  const writes = () =>
    cloud.journal
      .entries('registry')
      .filter((entry) => entry['registry'] === PROD && !['GET', 'HEAD'].includes(String(entry['method']))).length
  const before = writes()
  const found = await run({ promote: `${from}:v1`, push: 'false', 'expected-account-id': PROD }, PROD)
  expect(found).toMatchObject({ code: 0, outputs: { digest, image: `${from}@${digest}` } })
  expect(found.log).toContain(`${from}:v1 is ${from}@${digest}. Nothing is copied`)
  const absent = await run({ promote: `${from}:${'c'.repeat(40)}`, push: 'false' }, PROD)
  expect(absent).toMatchObject({ code: 1, outputs: {} })
  expect(absent.log).toContain(`Cannot promote ${from}:${'c'.repeat(40)}: the image does not exist.`)
  expect(absent.log).toContain('wait until it is green, or deploy the commit to stage first')
  const wrong = await run({ promote: `${from}:v1`, push: 'false', 'expected-account-id': PROD }, STAGE)
  expect(wrong).toMatchObject({ code: 1, outputs: {} })
  expect(wrong.log).toContain(
    `Input \`expected-account-id\` is ${PROD}, but the credentials belong to account ${STAGE}`,
  )
  expect(writes()).toBe(before)

  const promoted = await run({ promote: image, images: to }, PROD)
  expect(writes()).toBeGreaterThan(before)
  expect(promoted).toMatchObject({ code: 0, outputs: { digest, image: `${to}@${digest}` } })
  const { imageDetails } = await client(PROD).send(new DescribeImagesCommand({ repositoryName: 'prod/web' }))
  expect(imageDetails).toEqual([expect.objectContaining({ imageDigest: digest, imageTags: ['v1'] })])

  const again = await run({ promote: image, images: to }, PROD)
  expect(again).toMatchObject({ code: 0, outputs: { digest } })
})

test('creates no repository when the image to promote does not exist', async () => {
  const absent = `${host()}/never/web:${'c'.repeat(40)}`
  const promoted = await run({ promote: absent, images: `${host()}/promoted/web`, 'create-repository': 'true' })
  expect(promoted).toMatchObject({ code: 1, outputs: {} })
  expect(promoted.log).toContain(`Cannot promote ${absent}: the image does not exist.`)
  const look = client(STAGE).send(new DescribeRepositoriesCommand({ repositoryNames: ['promoted/web'] }))
  await expect(look).rejects.toMatchObject({ name: 'RepositoryNotFoundException' })
})

test('passes a clean image once its scan has stayed empty', async () => {
  const uri = await createRepository(STAGE, 'scanned/web', { imageScanningConfiguration: { scanOnPush: true } })
  const inputs = { images: uri, context: sources.folder }
  expect(await run({ ...inputs, tags: 'v1' })).toMatchObject({ code: 0 })
  // In this process, where time passes only while the action sleeps.
  const env = { ...process.env, ...cloud.env, SOURCE_DATE_EPOCH: '1700000000', RUNNER_TEMP: temp, DOCKER_CONFIG: temp }
  const own = actionInputs('build-image', { ...inputs, tags: 'v2', 'scan-gate': 'low' })
  const sleeper = { now: () => clock.now(), sleep: (ms: number) => clock.advance(ms) }
  const before = clock.now()
  const recorded = recordingWorld({ ...env, ...own, AWS_ACCESS_KEY_ID: STAGE }, { clock: sleeper })
  await inEnvironment({ ...cloud.env, AWS_ACCESS_KEY_ID: STAGE }, () => main(recorded.world))
  expect(recorded.lines).toContain("ECR's scan found nothing.")
  expect(clock.now() - before).toBeGreaterThanOrEqual(10_000)
  expect(String(recorded.outputs['tags'])).toContain(`${uri}:v2`)
})

/** The AWS SDK reads endpoint and credentials from the process. */
async function inEnvironment(env: Readonly<Record<string, string>>, task: () => Promise<void>): Promise<void> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    await task()
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
