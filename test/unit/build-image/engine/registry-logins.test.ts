// The Docker configuration with logins that buildx is given.
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findLogins, privateDockerConfig } from '../../../../actions/build-image/src/engine/registry-logins.ts'
import type { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import {
  makeTemporaryFolder,
  type TemporaryFolder,
} from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let own: string
let temporary: TemporaryFolder
beforeEach(async () => {
  own = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
  temporary = await makeTemporaryFolder(recordingWorld({ RUNNER_TEMP: own }).world)
})
afterEach(() => rmSync(own, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const write = (config: object) => writeFileSync(join(own, 'config.json'), JSON.stringify(config))

test('writes the logins to the file, and disables the credential helpers for their hosts', async () => {
  const auths = { 'ghcr.io': { auth: base64('an:other') }, 'example.com': { auth: base64('their:own') } }
  write({ auths, credHelpers: { 'docker.io': 'pass', 'gcr.io': 'gcloud' }, credsStore: 'desktop' })
  const logins = new Map([
    ['ghcr.io', { username: 'me', password: 'one' }],
    ['docker.io', { username: 'me', password: 'two' }],
  ])
  const env = await privateDockerConfig(logins, temporary, { DOCKER_CONFIG: own })
  expect(JSON.parse(readFileSync(join(env['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8'))).toEqual({
    auths: {
      'ghcr.io': { auth: base64('me:one') },
      'https://index.docker.io/v1/': { auth: base64('me:two') },
      'example.com': { auth: base64('their:own') },
    },
    credHelpers: { 'ghcr.io': '', 'https://index.docker.io/v1/': '', 'gcr.io': 'gcloud' },
    credsStore: 'desktop',
  })
})

test('changes nothing without a login', async () => {
  const env = { DOCKER_CONFIG: own, PATH: '/bin' }
  expect(await privateDockerConfig(new Map(), temporary, env)).toBe(env)
})

test('keeps the proxies of the user, which buildx passes to a build', async () => {
  const proxies = { default: { httpProxy: 'http://p:1' } }
  write({ proxies })
  const env = await privateDockerConfig(new Map([['ghcr.io', { username: 'me', password: 'one' }]]), temporary, {
    DOCKER_CONFIG: own,
  })
  const config = JSON.parse(readFileSync(join(env['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8'))
  expect(config).toMatchObject({ proxies })
})

test('keeps builders, contexts and plug-ins of the user', async () => {
  for (const folder of ['contexts', 'cli-plugins']) mkdirSync(join(own, folder))
  const logins = new Map([['ghcr.io', { username: 'me', password: 'one' }]])
  const env = await privateDockerConfig(logins, temporary, { DOCKER_CONFIG: own })
  expect(env['BUILDX_CONFIG']).toBe(join(own, 'buildx'))
  for (const folder of ['contexts', 'cli-plugins']) {
    expect(readlinkSync(join(env['DOCKER_CONFIG'] ?? '', folder))).toBe(join(own, folder))
  }
})

test('looks up one login for each host of the images, and leaves out hosts without one', async () => {
  const asked: string[] = []
  const registries = {
    at: async (host: string) => {
      asked.push(host)
      const login = { host, username: 'me', password: host }
      return { credentials: async () => (host === 'quay.io' ? undefined : login) }
    },
  } as unknown as Registries
  const images = ['alpine:3', 'acme/web', 'ghcr.io/acme/a', 'ghcr.io/acme/b:1', 'quay.io/acme/c']
  expect([...(await findLogins(images, registries))]).toEqual([
    ['docker.io', { username: 'me', password: 'docker.io' }],
    ['ghcr.io', { username: 'me', password: 'ghcr.io' }],
  ])
  expect(asked).toEqual(['docker.io', 'ghcr.io', 'quay.io'])
})
