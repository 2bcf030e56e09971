// A registry, and a Docker engine, that have a bad minute.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { runStep, source } from '../../support/run-action.ts'
import { answerJson, scriptedServer } from '../../support/scripted-server.ts'

const TEST = 'build-image-faults'
let registry: OciRegistry
let good: OciRegistry
let proxy: FaultProxy
let engine: FaultProxy
let sources: ImageSources
let temp: string

beforeAll(async () => {
  registry = await startOciRegistry()
  good = await startOciRegistry()
  proxy = await startFaultProxy({ host: '127.0.0.1', port: registry.port })
  engine = await startFaultProxy({ socketPath: '/var/run/docker.sock' })
  sources = imageSources(TEST, ['CMD ["busybox", "true"]'])
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
})
afterAll(async () => {
  sources.remove()
  for (const server of [proxy, engine, registry, good]) await server.close()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})
beforeEach(() => {
  proxy.reset()
  engine.reset()
})

const run = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  runStep(source('build-image'), {
    inputs: { context: sources.folder, tags: 'v1', ...inputs },
    env: { GITHUB_SHA: '', SOURCE_DATE_EPOCH: '1700000000', RUNNER_TEMP: temp, AWS_ENDPOINT_URL: '', ...env },
  })

const count = (request: RegExp) => proxy.requests.filter((line) => request.test(line)).length

test('retries interrupted blobs, lost answers, 500 and 429, without building again', async () => {
  proxy.break(
    { method: 'PUT', path: /\/blobs\/uploads\//, times: 2, does: { kind: 'reset-upload', afterBytes: 100_000 } },
    // More of them than there are layers: each may be sent ahead, and that is tried once.
    {
      method: 'POST',
      path: /\/blobs\/uploads\/$/,
      times: 4,
      does: { kind: 'answer', status: 503, body: '<html>busy</html>' },
    },
    { method: 'PUT', path: /\/manifests\/sha256:/, does: { kind: 'answer', status: 500 } },
    { method: 'PUT', path: /\/manifests\/v1/, does: { kind: 'lose-answer' } },
    { method: 'HEAD', path: /\/manifests\/v1/, does: { kind: 'answer', status: 429, headers: { 'retry-after': '0' } } },
  )
  const step = await run({ images: `${proxy.host}/flaky/web` })
  expect(step).toMatchObject({ code: 0 })
  expect(proxy.pending()).toBe(0)
  expect(await registry.digest('flaky/web', 'v1')).toBe(step.outputs['digest'])
  expect(step.log.match(/^Engine: docker/gm)).toHaveLength(1)
  expect(step.log).toMatch(/Could not push .*Attempt 2 of 5 in \d+ ms\./)
})

test('replaces a token that expires during the push', async () => {
  const expired = JSON.stringify({
    errors: [{ code: 'DENIED', message: 'Your authorization token has expired. Reauthenticate and try again.' }],
  })
  proxy.break(
    { method: 'PUT', path: /\/blobs\/uploads\//, does: { kind: 'answer', status: 403, body: expired } },
    { method: 'PUT', path: /\/manifests\/sha256:/, does: { kind: 'answer', status: 403, body: expired } },
    { method: 'PUT', path: /\/manifests\/v1$/, does: { kind: 'answer', status: 401 } },
  )
  const step = await run({ images: `${proxy.host}/expired/web` })
  expect(step).toMatchObject({ code: 0 })
  expect(proxy.pending()).toBe(0)
  expect(await registry.digest('expired/web', 'v1')).toBe(step.outputs['digest'])

  // Once is enough: a second refusal is no matter of time, and nothing is tried a third time.
  proxy.reset()
  proxy.break({
    method: 'PUT',
    path: /\/manifests\/v2$/,
    times: 9,
    does: { kind: 'answer', status: 403, body: expired },
  })
  const refused = await run({ images: `${proxy.host}/expired/web`, tags: 'v2' })
  expect(refused.code).toBe(1)
  expect(count(/^PUT .*\/manifests\/v2$/)).toBe(2)
  expect(refused.log).toContain('The registry says: 403 DENIED Your authorization token has expired.')
})

test('does not retry a refusal, and shows the registry’s message', async () => {
  const errors = JSON.stringify({
    errors: [
      {
        code: 'TAG_INVALID',
        message:
          "The image tag 'v1' already exists in the 'web' repository and cannot be overwritten because the tag is immutable.",
      },
    ],
  })
  proxy.break({
    method: 'PUT',
    path: /\/manifests\/v1$/,
    times: 9,
    does: { kind: 'answer', status: 400, body: errors },
  })
  const step = await run({ images: `${proxy.host}/refused/web` })
  expect(step.code).toBe(1)
  expect(count(/^PUT .*\/manifests\/v1$/)).toBe(1)
  expect(step.log).toContain(
    `Could not put ${proxy.host}/refused/web:v1. The registry says: 400 TAG_INVALID The image tag 'v1' already exists`,
  )
  expect(step.log).toContain('Next: The tag is immutable and already in use.')
})

test('names a registry that keeps failing; the others get the image, and no tag is moved', async () => {
  const first = await run({ images: `${good.host}/pair/web\n${proxy.host}/pair/web`, tags: 'latest' })
  expect(first.code).toBe(0)
  sources.write('more.txt', 'more')
  sources.write('Dockerfile', `FROM scratch\nCOPY busybox sh more.txt /bin/\nLABEL slipway.test=${TEST}\n`)
  proxy.reset()
  proxy.break({ method: 'PUT', path: /\/manifests\//, times: 99, does: { kind: 'answer', status: 502 } })
  const images = `${good.host}/pair/web\n${proxy.host}/pair/web`
  const second = await run({ images, tags: 'latest, v2' })
  expect(second.code).toBe(1)
  expect(second.log).toContain('1 of 2 registries did not get the image, and no tag was moved.')
  expect(second.log).toContain(`Could not put ${proxy.host}/pair/web@sha256:`)
  expect(second.log).toContain(`Next: ${good.host}/pair/web has it, by digest only.`)
  expect(count(/^PUT .*\/manifests\//)).toBe(5)
  for (const { digest } of [good, registry]) {
    expect(await digest('pair/web', 'latest')).toBe(first.outputs['digest'])
    expect(await digest('pair/web', 'v2')).toBeUndefined()
  }

  proxy.reset()
  const third = await run({ images, tags: 'latest, v2' })
  expect(third.code).toBe(0)
  const manifests = proxy.requests.filter((line) => line.startsWith('PUT') && line.includes('/manifests/'))
  expect(manifests.at(-1)).toBe('PUT /v2/pair/web/manifests/latest')
  for (const { digest } of [good, registry]) expect(await digest('pair/web', 'latest')).toBe(third.outputs['digest'])
})

test('copies a layer again that was interrupted during a promotion', async () => {
  const built = await run({ images: `${proxy.host}/source/web` })
  proxy.reset()
  proxy.break(
    { method: 'GET', path: /\/blobs\/sha256:/, times: 3, does: { kind: 'reset-download', afterBytes: 1 } },
    { method: 'GET', path: /\/manifests\/sha256:/, does: { kind: 'answer', status: 500 } },
    { method: 'HEAD', path: /\/manifests\//, does: { kind: 'answer', status: 429, headers: { 'retry-after': '0' } } },
  )
  const { image = '', digest } = built.outputs
  const step = await run({ promote: image, images: `${good.host}/target/web` })
  expect(step).toMatchObject({ code: 0, outputs: { digest } })
  expect(proxy.pending()).toBe(0)
  expect(await good.digest('target/web', 'v1')).toBe(digest)
})

test('fails when a tag stands for another image after it was set', async () => {
  // After the registries were checked, and before anything is pushed.
  const other = `sha256:${'0'.repeat(64)}`
  const during = await scriptedServer((_, response) => {
    const headers = { 'docker-content-digest': other }
    proxy.break({ method: 'HEAD', path: /\/manifests\/v1$/, does: { kind: 'answer', status: 200, headers } })
    answerJson(response, 200, {})
  })
  const step = await run({
    images: `${proxy.host}/contested/web`,
    'test-command': `busybox wget -q -O - ${during.url}`,
  })
  await during.close()
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/\/contested\/web:v1 should stand for sha256:\w{64}, but the registry says sha256:0{64}\./)
  expect(step.log).toContain('Next: Another run moves this tag at the same time.')
  expect(step.outputs).toEqual({})
})

test('refuses content with a wrong digest from a registry', async () => {
  const built = await run({ images: `${proxy.host}/honest/web` })
  proxy.reset()
  const body = JSON.stringify({ schemaVersion: 2 })
  proxy.break({ method: 'GET', path: /\/manifests\/sha256:/, does: { kind: 'answer', status: 200, body } })
  const step = await run({ promote: built.outputs['image'] ?? '', images: `${good.host}/honest/web` })
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/The registry answered a request for .* with content of digest sha256:[0-9a-f]{64}\./)
})

test('fails when the build’s stream ends early', async () => {
  engine.break({ method: 'POST', path: /^\/build/, does: { kind: 'reset-download', afterBytes: 60 } })
  const step = await run({ images: `${good.host}/cut/web` }, { DOCKER_HOST: `tcp://${engine.host}` })
  expect(engine.pending()).toBe(0)
  expect(step.code).toBe(1)
  expect(step.log).toContain('::error::')
  expect(await good.tags('cut/web')).toEqual([])
})

test('shows the engine’s answer when it fails', async () => {
  const body = JSON.stringify({ message: 'no space left on device' })
  engine.break({ method: 'POST', path: /^\/build/, does: { kind: 'answer', status: 500, body } })
  const step = await run({ images: `${good.host}/full/web` }, { DOCKER_HOST: `tcp://${engine.host}` })
  expect(step.code).toBe(1)
  expect(step.log).toContain('no space left on device')
})

test('succeeds when the engine refuses to remove the tags of its push', async () => {
  const body = JSON.stringify({ message: 'conflict: container 1efb32be26e9 is using its referenced image' })
  engine.break({ method: 'DELETE', path: /^\/images\/[^/]+\/slipway/, does: { kind: 'answer', status: 409, body } })
  const step = await run(
    { images: `${good.host}/held/web`, 'no-cache': 'true' },
    { DOCKER_HOST: `tcp://${engine.host}` },
  )
  expect(step).toMatchObject({ code: 0 })
  expect(engine.pending()).toBe(0)
  expect(await good.digest('held/web', 'v1')).toBe(step.outputs['digest'])
})
