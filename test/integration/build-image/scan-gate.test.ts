// The scan gate with the rehearsal's ECR, whose scans find what an image's label says, and tell it late.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateRepositoryCommand,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  ECRClient,
  PutRegistryScanningConfigurationCommand,
} from '@aws-sdk/client-ecr'
import { main } from '../../../actions/build-image/src/main.ts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'

const TEST = 'build-image-scan'
const FOUND = 'slipway.rehearsal.findings'

let cloud: Cloud
let clock: ManualClock
let temp: string
let sources: ImageSources
let ecr: ECRClient
const before = { ...process.env }

beforeAll(async () => {
  clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock })
  // The action runs in this process, where time passes only while it sleeps; the AWS SDK reads the process's environment.
  Object.assign(process.env, cloud.env)
  ecr = new ECRClient({ endpoint: cloud.url, region: 'us-east-1' })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  sources = imageSources(TEST, ['CMD ["busybox", "true"]'])
})
afterAll(async () => {
  process.env = before
  await cloud.close()
  sources.remove()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})

const createRepository = async (repositoryName: string, scanOnPush: boolean) => {
  const command = new CreateRepositoryCommand({ repositoryName, imageScanningConfiguration: { scanOnPush } })
  return (await ecr.send(command)).repository?.repositoryUri ?? ''
}

/** Runs the action; gives what it said, how it ended, and how long it slept. */
async function ship(inputs: Readonly<Record<string, string>>) {
  const sleeper = { now: () => clock.now(), sleep: (ms: number) => clock.advance(ms) }
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000', RUNNER_TEMP: temp, DOCKER_CONFIG: temp }
  const own = actionInputs('build-image', { context: sources.folder, tags: 'v1', ...inputs })
  const { world, lines, outputs } = recordingWorld({ ...env, ...own }, { clock: sleeper })
  const since = clock.now()
  const failure = await main(world).then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { lines, outputs, failure, slept: clock.now() - since }
}

const tagsIn = async (repositoryName: string) =>
  (await ecr.send(new DescribeImagesCommand({ repositoryName }))).imageDetails?.flatMap(
    ({ imageTags = [] }) => imageTags,
  )

test('stops the image before tags are moved when findings appear after COMPLETE', async () => {
  const images = await createRepository('basic/bad', true)
  const { failure, slept } = await ship({ images, labels: `${FOUND}=CRITICAL=2 LOW=7`, 'scan-gate': 'high' })
  expect(failure).toMatch(
    /^ECR's scan of .*\/basic\/bad@sha256:[0-9a-f]{64} found (2 critical, 7 low|7 low, 2 critical); `scan-gate` is high\.$/,
  )
  // Complete after five seconds, and empty until the seventh.
  expect(slept).toBeGreaterThanOrEqual(7000)
  expect(await tagsIn('basic/bad')).toEqual([])
})

test('passes and logs findings below the gate', async () => {
  const images = await createRepository('basic/fair', true)
  const { failure, lines, outputs } = await ship({ images, labels: `${FOUND}=MEDIUM=3`, 'scan-gate': 'high' })
  expect(failure).toBeUndefined()
  expect(lines).toContain("ECR's scan found 3 medium.")
  expect(outputs['build-record']).toMatchObject({ findings: { MEDIUM: 3 } })
  expect(await tagsIn('basic/fair')).toContain('v1')
})

test('starts a scan of an image that is not scanned on push', async () => {
  const images = await createRepository('basic/asked', false)
  const { failure } = await ship({ images, labels: `${FOUND}=HIGH=1`, 'scan-gate': 'high' })
  expect(failure).toMatch(/found 1 high; `scan-gate` is high\.$/)
})

test('waits for the findings of enhanced scanning, which is ACTIVE from the beginning', async () => {
  const repositoryFilters = [{ filter: 'enhanced/*', filterType: 'WILDCARD' as const }]
  const rules = [{ scanFrequency: 'CONTINUOUS_SCAN' as const, repositoryFilters }]
  await ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: 'ENHANCED', rules }))
  const bad = await createRepository('enhanced/bad', false)
  const stopped = await ship({ images: bad, labels: `${FOUND}=CRITICAL=1`, 'scan-gate': 'critical' })
  expect(stopped.failure).toMatch(/found 1 critical; `scan-gate` is critical\.$/)
  expect(await tagsIn('enhanced/bad')).toEqual([])

  const good = await createRepository('enhanced/good', false)
  const passed = await ship({ images: good, labels: `${FOUND}=`, 'scan-gate': 'low' })
  expect(passed.failure).toBeUndefined()
  expect(passed.lines).toContain("ECR's scan found nothing.")
  expect(passed.slept).toBeGreaterThanOrEqual(30_000)
  const imageId = { imageDigest: String(passed.outputs['digest']) }
  const scan = await ecr.send(new DescribeImageScanFindingsCommand({ repositoryName: 'enhanced/good', imageId }))
  expect(scan.imageScanStatus?.status).toBe('ACTIVE')
})

test('refuses a gate without an ECR destination before anything is built or created', async () => {
  const registry = await startOciRegistry()
  const { failure, lines } = await ship({ images: `${registry.host}/elsewhere/web`, 'scan-gate': 'low' })
  const tags = await registry.tags('elsewhere/web')
  await registry.close()
  expect(failure).toBe('Input `scan-gate` is set, but none of the repositories is in a private ECR registry.')
  expect(lines.filter((line) => /ready|Engine:/.test(line))).toEqual([])
  expect(tags).toEqual([])
})

test('fails when a scan exceeds `scan-timeout`', async () => {
  const images = await createRepository('basic/slow', true)
  const { failure } = await ship({ images, 'scan-gate': 'low', 'scan-timeout': '3s' })
  expect(failure).toMatch(/^Gave up on ECR's scan of basic\/slow@sha256:/)
  expect(await tagsIn('basic/slow')).toEqual([])
})
