// How a built image leaves the engine: pushed to the step, layer by layer, or as an archive. A real engine, a real registry.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { startModernEngine } from '../../support/build-image/modern-engine.ts'
import { type OciRegistry, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages, TEST_LABEL } from '../../support/busybox-image.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { runStep, type StepOptions, type StepResult, source, startStep } from '../../support/run-action.ts'

const TEST = 'build-image-packing'
const docker = new Docker()
let registry: OciRegistry
let proxy: FaultProxy
let engine: FaultProxy
let sources: ImageSources
let temp: string
let cache: string

beforeAll(async () => {
  registry = await startOciRegistry()
  proxy = await startFaultProxy({ host: '127.0.0.1', port: registry.port })
  engine = await startFaultProxy({ socketPath: '/var/run/docker.sock' })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
})
afterAll(async () => {
  for (const server of [proxy, engine, registry]) await server.close()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})
beforeEach(() => {
  proxy.reset()
  engine.reset()
  cache = mkdtempSync(join(tmpdir(), 'slipway-cache-'))
  sources = imageSources(
    TEST,
    [
      'WORKDIR /app',
      'COPY vendor vendor',
      'RUN busybox cp -r vendor built',
      'COPY app.txt .',
      'CMD ["busybox", "true"]',
    ],
    { 'vendor/lib.txt': `library ${Math.random()}\n`.repeat(20_000), 'app.txt': 'one\n' },
  )
})
afterEach(() => {
  sources.remove()
  rmSync(cache, { recursive: true, force: true })
})

type Values = Readonly<Record<string, string>>

const options = (inputs: Values, env: Values = {}): StepOptions => ({
  inputs: { context: sources.folder, tags: 'v1', network: 'none', ...inputs },
  env: {
    GITHUB_SHA: '',
    SOURCE_DATE_EPOCH: '1700000000',
    RUNNER_TEMP: temp,
    XDG_CACHE_HOME: cache,
    AWS_ENDPOINT_URL: '',
    ...env,
  },
})

const run = (inputs: Values, env: Values = {}): Promise<StepResult> =>
  runStep(source('build-image'), options(inputs, env))

const throughProxy = () => ({ DOCKER_HOST: `tcp://${engine.host}` })
const blobsSent = () => proxy.requests.filter((line) => /^PUT .*\/blobs\/uploads\//.test(line)).length
const refused = { errorDetail: { message: 'dial tcp 127.0.0.1:1: connect: connection refused' }, error: 'refused' }
const noPush = {
  method: 'POST',
  path: /\/images\/.*\/push/,
  does: { kind: 'answer', status: 200, body: JSON.stringify(refused) },
} as const

/** The port at which an engine finds a step that pushes there. */
const portFor = (images: string) => 20_000 + (createHash('sha256').update(images).digest().readUInt32BE(0) % 10_000)

/** What the engine still calls by the name of such a step. */
async function leftNames(images: string, on = docker): Promise<readonly string[]> {
  const all = await on.listImages({ all: true })
  return all
    .flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])])
    .filter((name) => name.startsWith(`127.0.0.1:${portFor(images)}/`))
}

test('gets only the changed layer from the engine, and pushes only that', async () => {
  const first = await run({ images: `${proxy.host}/warm/web` })
  expect(first).toMatchObject({ code: 0 })
  expect(first.log).toContain('The engine pushed 5 of 5 layers to this step.')
  expect(blobsSent()).toBe(6)

  proxy.reset()
  sources.write('app.txt', 'two\n')
  const second = await run({ images: `${proxy.host}/warm/web`, tags: 'v2' })
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(second.log).toContain('The engine pushed 1 of 5 layers to this step.')
  // The layer and the configuration.
  expect(blobsSent()).toBe(2)

  // Without the layer cache: the same digest, from layers that are pushed again and that the registry has.
  const again = await run(
    { images: `${registry.host}/warm/web`, 'skip-unchanged': 'false', tags: 'v3' },
    { XDG_CACHE_HOME: join(cache, 'none') },
  )
  expect(again.log).toContain('The engine pushed 5 of 5 layers to this step.')
  expect(again.outputs['digest']).toBe(second.outputs['digest'])
  const ran = execFileSync(
    'docker',
    ['run', '--rm', '--network=none', again.outputs['image'] ?? '', 'busybox', 'cat', '/app/app.txt'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  expect(ran).toBe('two\n')
})

test.each(['containerd', 'overlay2'] as const)(
  'an engine as new as those on GitHub’s runners, with %s, pushes what changed, keeps its cache and no names',
  async (store) => {
    const modern = await startModernEngine(store)
    try {
      const images = `${registry.host}/${store}/web`
      const first = await run({ images }, modern.env)
      expect(first).toMatchObject({ code: 0 })
      expect(first.log).toContain('The engine pushed 5 of 5 layers to this step.')
      sources.write('app.txt', 'two\n')
      const second = await run({ images, tags: 'v2' }, modern.env)
      expect(second).toMatchObject({ code: 0 })
      expect(second.log).toContain('The engine pushed 1 of 5 layers to this step.')
      expect(second.log.match(/^ {4}cached$/gm)?.length).toBeGreaterThanOrEqual(5)
      expect(await leftNames(images, modern.docker)).toEqual([])
    } finally {
      await modern.close()
    }
  },
)

test('sends a layer to the registry that lacks it only', async () => {
  await run({ images: `${proxy.host}/lacking/one` })
  proxy.reset()
  const both = await run({ images: `${proxy.host}/lacking/one\n${proxy.host}/lacking/two`, 'skip-unchanged': 'false' })
  expect(both).toMatchObject({ code: 0 })
  expect(proxy.requests.filter((line) => /^PUT .*lacking\/one\/blobs/.test(line))).toEqual([])
  expect(proxy.requests.filter((line) => /^PUT .*lacking\/two\/blobs/.test(line))).toHaveLength(6)
  expect(await registry.digest('lacking/two', 'v1')).toBe(both.outputs['digest'])
})

test('pushes a layer again that the registry has lost', async () => {
  const first = await run({ images: `${registry.host}/lost/one` })
  const fresh = await startOciRegistry()
  const second = await run({ images: `${fresh.host}/lost/one` })
  expect(second).toMatchObject({ code: 0, outputs: { digest: first.outputs['digest'] } })
  expect(await fresh.digest('lost/one', 'v1')).toBe(first.outputs['digest'])
  await fresh.close()
})

test('builds to the same digest at another time, through a push and through the archive', async () => {
  const cold = { 'no-cache': 'true' }
  const pushed = await run({ images: `${registry.host}/paths/a`, ...cold })
  const again = await run({ images: `${registry.host}/paths/b`, ...cold })
  engine.break({ ...noPush, times: 99 })
  const archived = await run({ images: `${registry.host}/paths/c`, ...cold }, throughProxy())
  expect(archived).toMatchObject({ code: 0 })
  expect(archived.log).toMatch(
    /The engine did not push the image to this step, so its archive of the image is read: .*connection refused/,
  )
  expect([again.outputs['digest'], archived.outputs['digest']]).toEqual([
    pushed.outputs['digest'],
    pushed.outputs['digest'],
  ])
  for (const at of ['a', 'b', 'c']) expect(await leftNames(`${registry.host}/paths/${at}`)).toEqual([])
})

test('reads the archive when layers of the engine’s push are corrupt', async () => {
  const body = '{"status":"Pushing"'
  engine.break({ ...noPush, times: 99, does: { kind: 'answer', status: 200, body } })
  const step = await run({ images: `${registry.host}/broken/web` }, throughProxy())
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('The engine did not push the image to this step')
  expect(await registry.digest('broken/web', 'v1')).toBe(step.outputs['digest'])
})

test('uses another port when its usual one is in use', async () => {
  const images = `${registry.host}/port/web`
  const taken = createServer((socket) => socket.destroy()).listen(portFor(images), '127.0.0.1')
  await once(taken, 'listening')
  const step = await run({ images })
  taken.close()
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('The engine pushed 5 of 5 layers to this step.')
})

test('leaves nothing but the build cache in the engine, and the password nowhere', async () => {
  const step = await run({ images: `${registry.host}/traces/web` }, { ...throughProxy(), RUNNER_DEBUG: '1' })
  expect(step).toMatchObject({ code: 0 })
  const logins = engine.headers.flatMap((header) => header['x-registry-auth'] ?? [])
  expect(logins.length).toBeGreaterThan(0)
  const passwords = logins.map((login) => JSON.parse(Buffer.from(String(login), 'base64url').toString('utf8')).password)
  expect(new Set(passwords).size).toBe(1)
  const everything = [
    step.log,
    step.summary,
    JSON.stringify(step.outputs),
    JSON.stringify(step.state),
    engine.requests.join('\n'),
  ]
  everything.push(readFileSync(join(cache, 'slipway/layers.json'), 'utf8'))
  for (const text of everything) expect(text).not.toContain(passwords[0])
  expect(await leftNames(`${registry.host}/traces/web`)).toEqual([])

  sources.write('app.txt', 'other\n')
  const next = await run({ images: `${registry.host}/traces/web`, tags: 'v2' })
  expect(next.log.match(/^ {4}cached$/gm)).toHaveLength(5)
})

test('leaves no tags of a failed build, and keeps its cache', async () => {
  const good = readFileSync(join(sources.folder, 'Dockerfile'), 'utf8')
  writeFileSync(
    join(sources.folder, 'Dockerfile'),
    good.replace('COPY app.txt .', 'RUN busybox sleep 1 && busybox false'),
  )
  const failed = await run({ images: `${registry.host}/halfway/web` })
  expect(failed.code).toBe(1)
  expect(await leftNames(`${registry.host}/halfway/web`)).toEqual([])
  writeFileSync(join(sources.folder, 'Dockerfile'), good)
  const step = await run({ images: `${registry.host}/halfway/web` })
  expect(step).toMatchObject({ code: 0 })
  // All before the step that failed.
  expect(step.log.match(/^ {4}cached$/gm)?.length).toBeGreaterThanOrEqual(5)
})

test('does not push layers of other stages', async () => {
  writeFileSync(
    join(sources.folder, 'Dockerfile'),
    [
      'FROM scratch AS tools',
      'COPY busybox sh /bin/',
      `LABEL slipway.test=${TEST}`,
      `RUN echo ${Math.random()} > /tool`,
      'FROM scratch AS app',
      `LABEL slipway.test=${TEST}`,
      'COPY --from=tools /tool /tool',
      'FROM tools AS later',
      'RUN echo later > /later',
      '',
    ].join('\n'),
  )
  const step = await run({ images: `${registry.host}/stages/web`, target: 'app' }, throughProxy())
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('The engine pushed 1 of 1 layers to this step.')
  // Once when COPY has left its layer, once for all.
  expect(engine.requests.filter((line) => /^POST \/images\/.*\/push/.test(line)).length).toBeLessThanOrEqual(2)
})

test('does not push layers of a published base image, and reads the archive for one that is in no registry', async () => {
  expect(await run({ images: `${registry.host}/on/base`, labels: `slipway.test=${TEST}` })).toMatchObject({ code: 0 })
  sources.write('Dockerfile', `FROM ${registry.host}/on/base:v1\nLABEL slipway.test=${TEST}\nRUN echo app > /app.txt\n`)
  const published = await run({ images: `${registry.host}/on/app` })
  expect(published).toMatchObject({ code: 0 })
  expect(published.log).toContain('The engine pushed 1 of 6 layers to this step.')

  const { id } = JSON.parse(
    execFileSync('docker', ['image', 'inspect', '--format', '{"id":"{{.Id}}"}', `${registry.host}/on/base:v1`], {
      encoding: 'utf8',
    }),
  ) as { id: string }
  expect(id).toMatch(/^sha256:/)
  execFileSync('docker', ['build', '--quiet', '--network=none', '--tag', `slipway-test/${TEST}:local`, '-'], {
    input: `FROM ${registry.host}/on/base:v1\nRUN echo local > /local\nLABEL slipway.test=${TEST}\n`,
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  sources.write('Dockerfile', `FROM slipway-test/${TEST}:local\nRUN echo app > /app.txt\n`)
  const local = await run({ images: `${registry.host}/on/local` })
  expect(local).toMatchObject({ code: 0 })
  expect(local.log).toContain('its archive of the image is read: its base image is in no registry.')
})

test('sends layers while later steps run, unless the push may still be refused', async () => {
  const dockerfile = readFileSync(join(sources.folder, 'Dockerfile'), 'utf8')
  const images = `${proxy.host}/ahead/web`
  /** Has the build run a command before its last step. */
  const later = (command: string) => {
    proxy.reset()
    sources.write('vendor/lib.txt', `library ${Math.random()}\n`.repeat(20_000))
    sources.write('Dockerfile', dockerfile.replace('COPY app.txt', `RUN ${command}\nCOPY app.txt`))
  }
  later('busybox sleep 1000')
  const step = startStep(source('build-image'), options({ images }))
  const filters = { label: [`${TEST_LABEL}=${TEST}`] }
  const last = async () =>
    (await docker.listContainers({ filters })).find(({ Command }) => Command.includes('sleep 1000'))
  while (((await last()) === undefined || blobsSent() === 0) && step.child.exitCode === null) await delay(50)
  await docker.getContainer((await last())?.Id ?? '').kill()
  expect(await step.ended).toMatchObject({ code: 1 })
  for (const gate of [{ 'max-size': '1GB' }, { 'test-command': 'busybox true' }]) {
    later('busybox sleep 4 && busybox false')
    expect(await run({ images, ...gate })).toMatchObject({ code: 1 })
    expect(blobsSent()).toBe(0)
  }
  later('busybox sleep 4')
  const whole = await run({ images })
  expect(whole).toMatchObject({ code: 0 })
  expect(await registry.digest('ahead/web', 'v1')).toBe(whole.outputs['digest'])
})

test('removes the tags of a killed step in the post step', async () => {
  const images = `${registry.host}/killed/web`
  const dockerfile = readFileSync(join(sources.folder, 'Dockerfile'), 'utf8')
  sources.write('Dockerfile', dockerfile.replace('COPY app.txt', 'RUN busybox sleep 60\nCOPY app.txt'))
  const step = startStep(source('build-image'), options({ images }))
  while ((await leftNames(images)).length === 0 && step.child.exitCode === null) await delay(50)
  step.child.kill('SIGKILL')
  const { state, killedBy } = await step.ended
  expect(killedBy).toBe('SIGKILL')
  expect(await leftNames(images)).not.toEqual([])

  const post = await runStep(source('build-image'), { ...options({}), phase: 'post', state })
  expect(post).toMatchObject({ code: 0 })
  expect(await leftNames(images)).toEqual([])
})

test('needs no engine in the post step after a step that ended by itself', async () => {
  const { state } = await run({ images: `${registry.host}/ended/web` })
  const post = await runStep(source('build-image'), {
    ...options({}, { DOCKER_HOST: 'tcp://127.0.0.1:1' }),
    phase: 'post',
    state,
  })
  expect(post).toMatchObject({ code: 0, log: '' })
})
