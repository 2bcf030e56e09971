// An image that is built again although there is one of the same sources, as a nightly build does for newer packages.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { runStep, source } from '../../support/run-action.ts'

const TEST = 'build-image-renew'
const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
let registry: OciRegistry
let sources: ImageSources
let temp: string

beforeAll(async () => {
  registry = await startOciRegistry()
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  sources = imageSources(TEST, ['RUN busybox head -c 16 /dev/urandom > /packages'], {})
})
afterAll(async () => {
  sources.remove()
  await registry.close()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})

async function build(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const step = await runStep(source('build-image'), {
    inputs: { context: sources.folder, ...inputs },
    env: { SOURCE_DATE_EPOCH: '1700000000', RUNNER_TEMP: temp, AWS_ENDPOINT_URL: '', ...env },
  })
  expect(step).toMatchObject({ code: 0 })
  return step
}

test('is found by the next runs of these sources, and its tags do not move back', async () => {
  const web = { images: `${registry.host}/acme/web`, tags: 'latest' }
  const first = await build(web)
  const renewed = await build({ ...web, 'no-cache': 'true' })
  expect(renewed.outputs['digest']).not.toBe(first.outputs['digest'])
  expect(renewed.outputs['skipped']).toBe('false')

  const next = await build(web, NOWHERE)
  expect(next.outputs).toMatchObject({ skipped: 'true', digest: renewed.outputs['digest'] })
  expect(await registry.digest('acme/web', 'latest')).toBe(renewed.outputs['digest'])
})

test('finds an unchanged image with a base image without an engine', async () => {
  const base = await build({ images: `${registry.host}/acme/base`, tags: 'v1' })
  expect(base.outputs['skipped']).toBe('false')
  const onBase = imageSources(TEST, [], {})
  onBase.write('Dockerfile', `FROM ${registry.host}/acme/base:v1\nRUN busybox touch /app\nLABEL slipway.test=${TEST}\n`)
  const app = { context: onBase.folder, images: `${registry.host}/acme/app` }
  const first = await build({ ...app, tags: 'v1' })
  expect((await build({ ...app, tags: 'v2' }, NOWHERE)).outputs).toMatchObject({
    skipped: 'true',
    digest: first.outputs['digest'],
  })
  onBase.remove()
})

test('gets no content tag where none exists', async () => {
  const step = await build({ images: `${registry.host}/acme/plain`, tags: 'v1', 'skip-unchanged': 'false' })
  expect(JSON.parse(step.outputs['tags'] ?? '')).toEqual([`${registry.host}/acme/plain:v1`])
})
