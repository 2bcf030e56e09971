// Docker Hub, by stand-ins for its registry, its token server and its download host, which speak its documented wire format.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { type RemoteBuild, startRemoteBuild } from '../../support/build-image/remote-build.ts'
import { type TokenRegistry, tokenRegistry } from '../../support/build-image/token-registry.ts'
import { answerJson, scriptedServer } from '../../support/scripted-server.ts'

const HUB_USER = { username: 'acme', password: 'dckr_pat_a-token-of-the-test' }

let hubStore: OciRegistry
let hub: TokenRegistry
let build: RemoteBuild

beforeAll(async () => {
  hubStore = await startOciRegistry()
  build = await startRemoteBuild('build-image-docker-hub', (look) => {
    hub = tokenRegistry(hubStore, {
      realm: 'https://auth.docker.io/token',
      service: 'registry.docker.io',
      user: HUB_USER,
      downloads: 'production.cloudflare.docker.com',
      onLogin: look,
    })
    return {
      'registry-1.docker.io': hub.registry,
      'auth.docker.io': hub.tokens,
      'production.cloudflare.docker.com': hub.downloads,
    }
  })
})
afterAll(async () => {
  await build.close()
  await hubStore.close()
})

test('pushes under each host name of Docker Hub, and pulls without a login', async () => {
  const pushed = await build.run({ images: 'acme/web\nindex.docker.io/acme/api', ...HUB_USER })
  expect(pushed).toMatchObject({ code: 0 })
  expect(pushed.outputs['image']).toBe(`docker.io/acme/web@${pushed.outputs['digest']}`)
  for (const name of ['acme/web', 'acme/api']) {
    expect(await hubStore.digest(name, 'v1')).toBe(pushed.outputs['digest'])
    expect(hub.logins).toContainEqual({ username: 'acme', scope: `repository:${name}:pull,push` })
  }
  build.expectNoLeak(pushed.log, HUB_USER)

  const from = hub.logins.length
  const promoted = await build.run({ promote: 'acme/web:v1', images: `${build.plain.host}/acme/web` })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest: pushed.outputs['digest'] } })
  expect(await build.plain.digest('acme/web', 'v1')).toBe(pushed.outputs['digest'])
  expect(hub.logins.slice(from)).toEqual([{ username: undefined, scope: 'repository:acme/web:pull' }])
})

test('mounts a layer from another repository, with a token for both repositories', async () => {
  const images = 'acme/whole'
  const pushed = await build.run({ images, ...HUB_USER })
  const from = hub.logins.length
  const promoted = await build.run({ promote: `${images}:v1`, images: 'acme/parts', ...HUB_USER })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest: pushed.outputs['digest'] } })
  expect(promoted.log).toMatch(/docker\.io\/acme\/parts: .*mounted/)
  expect(hub.logins.slice(from).map(({ scope }) => scope)).toEqual([
    'repository:acme/whole:pull',
    'repository:acme/parts:pull,push',
    'repository:acme/parts:pull',
    'repository:acme/parts:pull,push repository:acme/whole:pull',
  ])
})

test('uses the login of a credential helper that an earlier step set up', async () => {
  const own = mkdtempSync(join(tmpdir(), 'slipway-helper-'))
  writeFileSync(join(own, 'config.json'), '{"credHelpers":{"https://index.docker.io/v1/":"of-the-test"}}')
  const login = JSON.stringify({ Username: HUB_USER.username, Secret: HUB_USER.password })
  const script = `#!/bin/sh\nread -r key; test "$1 $key" = 'get https://index.docker.io/v1/' && echo '${login}'\n`
  writeFileSync(join(own, 'docker-credential-of-the-test'), script, { mode: 0o755 })
  const PATH = `${own}:${process.env['PATH']}`
  const step = await build.run({ images: 'acme/helped' }, { DOCKER_CONFIG: own, PATH })
  rmSync(own, { recursive: true })
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain(`::add-mask::${HUB_USER.password}`)
  build.expectNoLeak(step.log, HUB_USER)
})

test('reads a name without a user as an official image, in `library`', async () => {
  const { digest } = (await build.run({ images: 'library/tiny', ...HUB_USER })).outputs
  const promoted = await build.run({ promote: `tiny@${digest}`, images: `${build.plain.host}/library/tiny` })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest } })
  expect(promoted.log).toContain(`Promoting docker.io/library/tiny@${digest}.`)
})

test('refuses to push without a login, or with a wrong one, before it builds, and says what to do', async () => {
  const none = await build.run({ images: 'acme/web' })
  expect(none.code).toBe(1)
  expect(none.log).toContain('Could not push to docker.io/acme/web. The registry says: 401 UNAUTHORIZED')
  expect(none.log).toContain('Next: Log in to this registry: set `registry`, `username` and `password`')
  const unknown = { username: 'acme', password: 'not-the-token-of-the-test' }
  const wrong = await build.run({ images: 'acme/web', ...unknown })
  expect(wrong.code).toBe(1)
  expect(wrong.log).toMatch(/was refused by auth\.docker\.io: 401/)
  expect(wrong.log).toContain('Check the user name `acme` and its password or access token.')
  build.expectNoLeak(wrong.log, unknown)
  for (const { log } of [none, wrong]) expect(log).not.toContain('Engine:')
})

test('gets a new token when one expires during the build', async () => {
  const expiry = await scriptedServer((_, response) => {
    hub.expire()
    answerJson(response, 200, {})
  })
  const step = await build.run({
    images: 'acme/late',
    ...HUB_USER,
    'no-cache': 'true',
    'test-command': `busybox wget -q -O - ${expiry.url}`,
  })
  await expiry.close()
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toMatch(/Could not look up docker\.io\/acme\/late@sha256:\w+: 401\. Attempt 2 of 5 in 0 ms\./)
  expect(await hubStore.digest('acme/late', 'v1')).toBe(step.outputs['digest'])
})

test('sends the login of the inputs only to the registry that it is for', async () => {
  const closed = await startOciRegistry({ auth: true })
  const from = hub.logins.length
  const images = `${closed.host}/mixed/web\nacme/mixed`
  const step = await build.run({ images, registry: closed.host, ...REGISTRY_USER })
  expect(step.code).toBe(1)
  expect(step.log).toContain('Could not push to docker.io/acme/mixed. The registry says: 401')
  expect(new Set(hub.logins.slice(from).map(({ username }) => username))).toEqual(new Set([undefined]))
  await closed.close()
})
