// A real Docker engine and a real registry; the action's sources, as a process of its own.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Docker from 'dockerode'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { runStep, type StepResult, source } from '../../support/run-action.ts'

const TEST = 'build-image'
const docker = new Docker()
let one: OciRegistry
let two: OciRegistry
/** Before `one`, to see what is asked of it. */
let watched: FaultProxy
let sources: ImageSources
let temp: string

beforeAll(async () => {
  one = await startOciRegistry()
  two = await startOciRegistry({ auth: true })
  watched = await startFaultProxy({ host: '127.0.0.1', port: one.port })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
})
afterAll(async () => {
  await watched.close()
  await one.close()
  await two.close()
  await removeTestImages(TEST)
  rmSync(temp, { recursive: true, force: true })
})
beforeEach(() => {
  watched.reset()
  sources = imageSources(
    TEST,
    [
      'WORKDIR /app',
      'COPY app .',
      'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
      'CMD ["busybox", "cat", "/ok"]',
    ],
    { 'app/hello.txt': 'hello\n', '.dockerignore': 'ignored\n', 'ignored/much': 'x'.repeat(1000) },
  )
})
afterEach(() => sources.remove())

const build = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> =>
  runStep(source('build-image'), {
    inputs: { context: sources.folder, ...inputs },
    env: {
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_REPOSITORY: 'acme/web',
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      AWS_ENDPOINT_URL: '',
      ...env,
    },
  })

const writes = (requests: readonly string[]) => requests.filter((request) => /^(PUT|PATCH|POST) /.test(request))
/** The one question whether the repository may be pushed to, which begins an upload and gives it up. */
const mayPush = (repository: string) => [`POST /v2/${repository}/blobs/uploads/`]

const pinned = (repository: string, digest: string | undefined) => `${repository}@${digest}`

test('builds an image, pushes its tags, outputs the registry’s digest, and the image runs', async () => {
  const step = await build({ images: `${one.host}/team/web`, tags: 'v1, latest' })
  expect(step).toMatchObject({ code: 0 })
  const digest = await one.digest('team/web', 'v1')
  expect(await one.digest('team/web', 'latest')).toBe(digest)
  expect(step.outputs).toMatchObject({
    image: pinned(`${one.host}/team/web`, digest),
    digest,
    skipped: 'false',
    images: JSON.stringify([pinned(`${one.host}/team/web`, digest)]),
  })
  expect(JSON.parse(step.outputs['tags'] ?? '').toSorted()).toEqual([
    `${one.host}/team/web:content-${step.outputs['content-hash']?.slice(0, 40)}`,
    `${one.host}/team/web:latest`,
    `${one.host}/team/web:v1`,
  ])
  expect(Number(step.outputs['size'])).toBeGreaterThan(500_000)
  expect(step.log).toContain('Engine: docker (nothing needs buildx).')
  expect(step.summary).toContain(`\`${digest}\``)

  const image = step.outputs['image'] ?? ''
  const ran = execFileSync('docker', ['run', '--rm', image], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect(ran).toBe('ok\n')
  const { Config } = await docker.getImage(image).inspect()
  expect(Config.Labels).toMatchObject({
    'org.opencontainers.image.revision': 'a'.repeat(40),
    'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
    'org.opencontainers.image.source': 'https://github.com/acme/web',
  })
  await docker.getImage(image).remove({ force: true })
  expect(readdirSync(temp)).toEqual([])
})

test('builds the same sources to the same digest, in another folder, at another time, with other modes and times of files', async () => {
  const first = await build({ images: `${one.host}/same/a`, 'no-cache': 'true' })
  const before = sources
  sources = imageSources(
    TEST,
    [
      'WORKDIR /app',
      'COPY app .',
      'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
      'CMD ["busybox", "cat", "/ok"]',
    ],
    {
      'app/hello.txt': 'hello\n',
      '.dockerignore': 'ignored\n',
      'ignored/else': 'y',
    },
  )
  chmodSync(join(sources.folder, 'app/hello.txt'), 0o600)
  const second = await build({ images: `${one.host}/same/b`, 'no-cache': 'true' })
  before.remove()
  expect([first.code, second.code]).toEqual([0, 0])
  expect(second.outputs['digest']).toBe(first.outputs['digest'])
})

test('builds at different times differ without `reproducible`', async () => {
  const inputs = { 'no-cache': 'true', reproducible: 'false' }
  const first = await build({ images: `${one.host}/time/a`, ...inputs })
  const second = await build({ images: `${one.host}/time/b`, ...inputs })
  expect([first.code, second.code]).toEqual([0, 0])
  expect(second.outputs['digest']).not.toBe(first.outputs['digest'])
})

test('does not build unchanged sources again, and needs no engine to find out; builds changed ones', async () => {
  const first = await build({ images: `${one.host}/skip/web`, tags: 'v1' })
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const second = await build({ images: `${one.host}/skip/web`, tags: 'v2, latest' }, nowhere)
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'true', digest: first.outputs['digest'] } })
  expect(await one.digest('skip/web', 'v2')).toBe(first.outputs['digest'])
  expect(JSON.parse(second.outputs['build-record'] ?? '')).toMatchObject({ outcome: 'skipped', steps: [] })

  sources.write('ignored/much', 'else')
  expect(await build({ images: `${one.host}/skip/web`, tags: 'v3' }, nowhere)).toMatchObject({
    code: 0,
    outputs: { skipped: 'true' },
  })

  sources.write('app/hello.txt', 'changed\n')
  const unreachable = await build({ images: `${one.host}/skip/web`, tags: 'v4' }, nowhere)
  expect(unreachable.code).toBe(1)
  expect(unreachable.log).toContain(
    'No Docker engine answers at unix:///nowhere/docker.sock, as the socket does not exist.',
  )
  const third = await build({ images: `${one.host}/skip/web`, tags: 'v4' })
  expect(third).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(third.outputs['digest']).not.toBe(first.outputs['digest'])
  expect(third.summary).not.toContain('Compared with the previous')

  sources.write('app/hello.txt', 'changed again\n')
  const fourth = await build({ images: `${one.host}/skip/web`, tags: 'v5, latest' })
  expect(fourth.summary).toMatch(
    /Compared with the previous `latest` \(`sha256:[0-9a-f]{12}`\): \+\d+ B, [1-3] of 4 layers are new/,
  )
})

test('pushes to several registries in one step, with a login for each', async () => {
  const step = await build({
    images: `${one.host}/many/web\n${two.host}/many/web`,
    tags: `v1\n${one.host}/many/other:v7`,
    registry: two.host,
    ...REGISTRY_USER,
  })
  expect(step).toMatchObject({ code: 0 })
  const { digest } = step.outputs
  expect(await one.digest('many/web', 'v1')).toBe(digest)
  expect(await two.digest('many/web', 'v1')).toBe(digest)
  expect(await one.digest('many/other', 'v7')).toBe(digest)
  expect(JSON.parse(step.outputs['images'] ?? '')).toEqual(
    [`${one.host}/many/web`, `${two.host}/many/web`, `${one.host}/many/other`].map((name) => pinned(name, digest)),
  )
})

test('pushes to several registries in parallel, and moves no tag before all new ones are set', async () => {
  const traffic: string[] = []
  const proxies = await Promise.all(
    [one, two].map(({ port }, at) =>
      startFaultProxy({ host: '127.0.0.1', port }, (what, request) => traffic.push(`${at} ${what} ${request}`)),
    ),
  )
  const images = proxies.map(({ host }) => `${host}/aside/web`).join('\n')
  const inputs = { images, registry: proxies[1]?.host ?? '', ...REGISTRY_USER }
  const first = await build({ ...inputs, tags: 'latest' })
  expect(first).toMatchObject({ code: 0 })

  traffic.length = 0
  const both = Promise.withResolvers<void>()
  let waiting = 0
  const until = () => {
    if (++waiting === proxies.length) both.resolve()
    return both.promise
  }
  for (const proxy of proxies)
    proxy.break({ method: 'PUT', path: /\/manifests\/sha256:/, does: { kind: 'hold', until } })
  proxies[0]?.break({ method: 'PUT', path: /\/manifests\/v2$/, does: { kind: 'hold', until: () => setTimeout(500) } })
  sources.write('app/hello.txt', 'aside\n')
  const second = await build({ ...inputs, tags: 'latest, v2' })
  for (const proxy of proxies) {
    expect(proxy.pending()).toBe(0)
    await proxy.close()
  }
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  const pushes = traffic.filter((line) => / PUT .*\/manifests\/sha256:/.test(line)).map((line) => line.slice(0, 5))
  expect([pushes.slice(0, 2).toSorted(), pushes.slice(2).toSorted()]).toEqual([
    ['0 ask', '1 ask'],
    ['0 ans', '1 ans'],
  ])
  const tags = traffic.flatMap((line) => / PUT .*\/manifests\/(v2|latest)$/.exec(line)?.[1] ?? [])
  expect(tags).toEqual([...Array(4).fill('v2'), ...Array(4).fill('latest')])
})

test('uses the login of docker/login-action, and names a wrong one before anything is built', async () => {
  const config = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
  const { username, password } = REGISTRY_USER
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [two.host]: { auth } } }))
  expect(await build({ images: `${two.host}/login/web`, tags: 'v1' }, { DOCKER_CONFIG: config })).toMatchObject({
    code: 0,
  })
  rmSync(config, { recursive: true })

  const none = await build({ images: `${two.host}/login/web`, tags: 'v1' }, { DOCKER_CONFIG: '/nowhere' })
  expect(none.code).toBe(1)
  expect(none.log).toContain(`Could not push to ${two.host}/login/web. The registry says: 401 UNAUTHORIZED`)
  expect(none.log).not.toContain('Build')

  const wrong = await build({
    images: `${two.host}/login/web`,
    tags: 'v1',
    registry: two.host,
    username,
    password: 'not the horse',
  })
  expect(wrong.code).toBe(1)
  expect(wrong.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('not the horse')
})

test('promotes an image to another registry with the same digest, without building', async () => {
  const built = await build({ images: `${one.host}/stage/web`, tags: 'v1' })
  const { image = '', digest } = built.outputs
  const login = { registry: two.host, ...REGISTRY_USER }
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const promoted = await build({ promote: image, images: `${two.host}/prod/web`, tags: 'v1', ...login }, nowhere)
  expect(promoted).toMatchObject({
    code: 0,
    outputs: { digest, image: pinned(`${two.host}/prod/web`, digest), skipped: 'false' },
  })
  expect(await two.digest('prod/web', 'v1')).toBe(digest)
  expect(JSON.parse(promoted.outputs['build-record'] ?? '')).toMatchObject({ outcome: 'promoted' })

  const absent = await build({
    promote: `${one.host}/stage/web:v9`,
    images: `${two.host}/prod/web`,
    tags: 'v1',
    ...login,
  })
  expect(absent.code).toBe(1)
  expect(absent.log).toContain(`Cannot promote ${one.host}/stage/web:v9: the image does not exist.`)
})

test('promotes an index with all its images', async () => {
  const put = async (reference: string, mediaType: string, body: string) => {
    const url = `http://${one.host}/v2/multi/web/manifests/${reference}`
    const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body })
    expect(answer.status).toBe(201)
    return answer.headers.get('docker-content-digest') ?? ''
  }
  const manifests = []
  for (const architecture of ['amd64', 'arm64']) {
    sources.write('app/hello.txt', architecture)
    const { outputs } = await build({ images: `${one.host}/multi/web`, tags: architecture })
    const answer = await fetch(`http://${one.host}/v2/multi/web/manifests/${architecture}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    })
    const { length: size } = await answer.bytes()
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    manifests.push({ mediaType, digest: outputs['digest'], size, platform: { os: 'linux', architecture } })
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const index = await put('v1', mediaType, JSON.stringify({ schemaVersion: 2, mediaType, manifests }))

  const login = { registry: two.host, ...REGISTRY_USER }
  const step = await build({
    promote: `${one.host}/multi/web:v1`,
    images: `${two.host}/multi/web`,
    tags: 'v1',
    ...login,
  })
  expect(step).toMatchObject({ code: 0, outputs: { digest: index } })
  expect(await two.digest('multi/web', 'v1')).toBe(index)
  for (const { digest = '' } of manifests) expect(await two.digest('multi/web', digest)).toBe(digest)
  const { platforms } = JSON.parse(step.outputs['build-record'] ?? '')
  expect(platforms.map(({ platform }: { platform: string }) => platform)).toEqual(['linux/amd64', 'linux/arm64'])
})

test('builds again when a base image has changed in its registry, and keeps its published layers', async () => {
  const base = await build({ images: `${one.host}/base/os`, tags: 'v1', labels: `slipway.test=${TEST}` })
  expect(base.code).toBe(0)
  const app = (text: string) =>
    sources.write(
      'Dockerfile',
      `FROM ${one.host}/base/os:v1\nLABEL slipway.test=${TEST}\nRUN echo ${text} > /app.txt\n`,
    )
  app('one')
  const first = await build({ images: `${one.host}/base/app`, tags: 'v1' })
  expect(first.code).toBe(0)
  expect(first.log).toContain(`Base: ${one.host}/base/os:v1 is ${base.outputs['digest']}`)
  expect(JSON.parse(first.outputs['build-record'] ?? '').destinations[0].blobs).toMatchObject({ sent: 2 })

  sources.write(
    'Dockerfile.base',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo new > /new\n`,
  )
  const moved = await build({
    images: `${one.host}/base/os`,
    tags: 'v1',
    file: join(sources.folder, 'Dockerfile.base'),
  })
  expect(moved).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  const second = await build({ images: `${one.host}/base/app`, tags: 'v2' })
  expect(second).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(second.log).toContain('Pulling, as the registry has a newer image')
  expect(
    execFileSync('docker', ['run', '--rm', second.outputs['image'] ?? '', 'sh', '-c', 'busybox cat /new /app.txt'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ).toBe('new\none\n')
})

test('runs `test-command` before the push, without the inputs in its environment', async () => {
  const inputs = {
    images: `${watched.host}/tested/web`,
    tags: 'v1',
    username: 'u',
    password: 'correct-horse-battery',
    registry: 'example.com',
  }
  sources.write('app/hello.txt', 'not built before')
  const looked = '/v2/?looked-at-the-image'
  const look = `busybox wget -q -O /dev/null http://${watched.host}${looked}`
  const passed = await build({ ...inputs, 'test-command': `docker run --rm "$IMAGE"; env; ${look}` })
  expect(passed).toMatchObject({ code: 0 })
  expect(passed.log).toMatch(/^ok$/m)
  expect(passed.log.replace(/^::add-mask::.*$/gm, '')).not.toContain('correct-horse-battery')
  const at = watched.requests.indexOf(`GET ${looked}`)
  expect(writes(watched.requests.slice(0, at))).toEqual(mayPush('tested/web'))
  expect(writes(watched.requests.slice(at))).toContain('PUT /v2/tested/web/manifests/v1')

  watched.reset()
  sources.write('app/hello.txt', 'else')
  const failed = await build({ ...inputs, tags: 'v2', 'test-command': 'echo looking; false; echo not reached' })
  expect(failed.code).toBe(1)
  expect(failed.log).toContain('The image was built, but its test failed: `test-command` exited with code 1.')
  expect(failed.log).not.toContain('not reached\n')
  expect(writes(watched.requests)).toEqual(mayPush('tested/web'))
  expect(await one.digest('tested/web', 'v2')).toBeUndefined()
})

test('does not push an image that exceeds `max-size`', async () => {
  const step = await build({ images: `${watched.host}/fat/web`, tags: 'v1', 'max-size': '10 kB' })
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/The image is \d\.\d MB, and `max-size` is 10 kB\./)
  expect(writes(watched.requests)).toEqual(mayPush('fat/web'))
  expect(await one.tags('fat/web')).toEqual([])
})

test('tags the image in the engine with `push: false`', async () => {
  const step = await build({ images: 'slipway-test/local', tags: 'v1', push: 'false' })
  expect(step).toMatchObject({ code: 0, outputs: { image: 'docker.io/slipway-test/local:v1' } })
  const { Config } = await docker.getImage('slipway-test/local:v1').inspect()
  expect(Config.Labels['org.opencontainers.image.revision']).toBe('a'.repeat(40))
  await docker.getImage('slipway-test/local:v1').remove()
})

test('builds a Dockerfile outside of the context, and hides it from COPY', async () => {
  const outside = imageSources(TEST, ['COPY . /all', 'CMD ["busybox", "ls", "-A", "/all"]'])
  const step = await build({ images: `${one.host}/outside/web`, tags: 'v1', file: join(outside.folder, 'Dockerfile') })
  outside.remove()
  expect(step).toMatchObject({ code: 0 })
  const listed = execFileSync('docker', ['run', '--rm', step.outputs['image'] ?? ''], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(listed.trim().split('\n').sort()).toEqual(['Dockerfile', 'app', 'busybox', 'sh'])
})

test('names a failed step with its output, and pushes nothing', async () => {
  sources.write(
    'Dockerfile',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo about to fail && busybox false\n`,
  )
  const step = await build({ images: `${one.host}/broken/web`, tags: 'v1' })
  expect(step.code).toBe(1)
  expect(step.log).toContain('    about to fail\n')
  expect(step.log).toMatch(
    /::error::The build failed at `RUN echo about to fail && busybox false`: .*returned a non-zero code: 1/,
  )
  expect(await one.tags('broken/web')).toEqual([])
})

test('warns of a broken link, and names a missing Dockerfile and a missing COPY source', async () => {
  symlinkSync('nowhere/at/all', join(sources.folder, 'app/dangling'))
  const linked = await build({ images: `${one.host}/links/web`, tags: 'v1' })
  expect(linked).toMatchObject({ code: 0 })
  expect(linked.log).toContain(
    '::warning::The context has symbolic links without a target, which are copied as they are: `app/dangling`.',
  )

  unlinkSync(join(sources.folder, 'Dockerfile'))
  symlinkSync('nowhere', join(sources.folder, 'Dockerfile'))
  const missing = await build({ images: `${one.host}/links/web`, tags: 'v2' })
  expect(missing.log).toContain(`Input \`file\` is \`${join(sources.folder, 'Dockerfile')}\`, which does not exist.`)

  unlinkSync(join(sources.folder, 'Dockerfile'))
  sources.write('Dockerfile', `FROM scratch\nLABEL slipway.test=${TEST}\nCOPY absent /\n`)
  const absent = await build({ images: `${one.host}/links/web`, tags: 'v2' })
  expect(absent.log).toMatch(/The build failed at `COPY absent \/`: .*absent/)
  expect(absent.log).toContain('Check that the file is in the context, and that .dockerignore does not exclude it.')
})

test('removes in the post step what a killed main step left', async () => {
  const left = mkdtempSync(join(temp, 'slipway-build-'))
  await runStep(source('build-image'), { inputs: {}, phase: 'post', state: { 'temporary-folder': left } })
  expect(existsSync(left)).toBe(false)
})
