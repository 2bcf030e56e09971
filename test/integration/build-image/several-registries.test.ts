// One image in several registries: built for them, or promoted from one to another.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { build, one, pinned, sources, two, useRegistries } from '../../support/build-image/build-step.ts'
import { REGISTRY_USER, REGISTRY_USERS } from '../../support/build-image/oci-registry.ts'
import { startFaultProxy } from '../../support/fault-proxy.ts'

const TEST = 'build-image-several'
useRegistries(TEST)

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
  expect(wrong.log).toContain(`The registry refuses the login of \`${username}\``)
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

test('builds on a private base image with user names of any length', async () => {
  const names = REGISTRY_USERS.map(({ username }) => `${two.host}/private/${username}`)
  const login = { registry: two.host, ...REGISTRY_USER }
  expect(await build({ images: names.join('\n'), tags: 'v1', ...login })).toMatchObject({ code: 0 })
  for (const [at, user] of REGISTRY_USERS.entries()) {
    sources.write('Dockerfile', `FROM ${names[at]}:v1\nLABEL slipway.test=${TEST}\nRUN echo app > /app.txt\n`)
    const step = await build({ images: `${two.host}/private/app-${at}`, tags: 'v1', ...login, ...user })
    expect(step.log).toContain('RUN echo app > /app.txt')
    expect(step).toMatchObject({ code: 0 })
  }
})
