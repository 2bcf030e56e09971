// The committed bundle, a real Docker engine, and the rehearsal cloud's ECR.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { type ImageSources, imageSources } from '../support/build-image/image-sources.ts'
import { type OciRegistry, startOciRegistry } from '../support/build-image/oci-registry.ts'
import { removeTestImages } from '../support/busybox-image.ts'
import { bundle, runStep, startStep } from '../support/run-action.ts'

const TEST = 'build-image-e2e'
let cloud: Cloud
let registry: OciRegistry
let sources: ImageSources
let temp: string
let repository: string

beforeAll(async () => {
  cloud = await startCloud()
  registry = await startOciRegistry()
  sources = imageSources(
    TEST,
    ['COPY app /app', 'RUN busybox date > /when && busybox rm /when', 'CMD ["busybox", "cat", "/app/hello"]'],
    {
      'app/hello': 'hello from the bundle\n',
    },
  )
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  const ecr = new ECRClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  })
  const created = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'e2e/web' }))
  repository = created.repository?.repositoryUri ?? ''
})
afterAll(async () => {
  await cloud.close()
  await registry.close()
  sources.remove()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})

const env = () => ({
  ...cloud.env,
  GITHUB_SHA: 'b'.repeat(40),
  SOURCE_DATE_EPOCH: '1700000000',
  RUNNER_TEMP: temp,
  DOCKER_CONFIG: temp,
})
const run = (inputs: Readonly<Record<string, string>>) =>
  runStep(bundle('build-image'), { inputs: { context: sources.folder, ...inputs }, env: env() })

test('the bundle builds, pushes to ECR and a second registry, and the image in its output runs', async () => {
  const step = await run({ images: `${repository}\n${registry.host}/e2e/web`, tags: 'v1, latest' })
  expect(step).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  const { digest } = step.outputs
  expect(step.outputs['image']).toBe(`${repository}@${digest}`)
  const image = `${registry.host}/e2e/web@${digest}`
  const printed = execFileSync('docker', ['run', '--rm', image], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(printed).toBe('hello from the bundle\n')

  const again = await run({ images: repository, tags: 'v2', 'no-cache': 'true' })
  expect(again).toMatchObject({ code: 0, outputs: { digest } })
  const skipped = await run({ images: repository, tags: 'v3' })
  expect(skipped).toMatchObject({ code: 0, outputs: { digest, skipped: 'true' } })
})

test('refuses invalid input by name before any request', async () => {
  const before = cloud.journal.entries().length
  const step = await run({ images: repository, tags: 'not a tag' })
  expect(step.code).toBe(1)
  expect(step.log).toBe(
    '::error::Input `tags` has the tag `not a tag`, which is malformed.%0ANext: A tag is up to 128 letters, digits, `_`, `.` and `-`, and begins with none of the last two: `not-a-tag`.\n',
  )
  expect(cloud.journal.entries()).toHaveLength(before)
})

test('a run that is cancelled stops the build, fails, and leaves nothing behind', async () => {
  sources.write(
    'Dockerfile.slow',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo now sleeping && busybox sleep 300\n`,
  )
  const step = startStep(bundle('build-image'), {
    inputs: {
      context: sources.folder,
      file: join(sources.folder, 'Dockerfile.slow'),
      images: repository,
      tags: 'never',
    },
    env: env(),
  })
  while (!step.log().includes('now sleeping\n') && step.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 50))
  step.child.kill('SIGINT')
  const ended = await step.ended
  expect(ended.code).toBe(1)
  expect(ended.log).toContain('::error::The run was cancelled (SIGINT).')
  expect(readdirSync(temp)).toEqual([])
  // The engine ends the step's container once it sees that the connection is closed.
  const running = () => {
    const filter = ['--filter', `label=slipway.test=${TEST}`]
    return execFileSync('docker', ['ps', '--all', '--quiet', ...filter], { encoding: 'utf8' })
  }
  while (running() !== '') await new Promise((resolve) => setTimeout(resolve, 100))
})

test('dist is an index, its post step, and nothing that the action does not use', () => {
  // Chunks have numbers: AWS's clients, for those who push there.
  const files = readdirSync(dirname(bundle('build-image'))).filter((file) => !/^\d+\.index\.js$/.test(file))
  expect(files.sort()).toEqual(['index.js', 'licenses.txt', 'package.json', 'post.js'])
})
