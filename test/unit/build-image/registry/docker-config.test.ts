// Which login is taken for a registry, of those in a Docker configuration.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  configKey,
  findSavedLogin,
  readDockerConfig,
} from '../../../../actions/build-image/src/registry/docker-config.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const write = (config: unknown) => writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
const find = (host: string, env: Record<string, string> = {}) =>
  findSavedLogin(host, recordingWorld({ DOCKER_CONFIG: folder, ...env }).world)

/** A credential helper that prints what it is asked for and, when it has it, an input of the action. */
function writeHelper(name: string, script: string): string {
  writeFileSync(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, `docker-credential-${name}`), 0o755)
  return `${folder}:${process.env['PATH']}`
}

test.each(['ghcr.io', 'https://ghcr.io'])('finds a login in the file under %s', async (key) => {
  write({ auths: { [key]: { auth: base64('me:pass:word') } } })
  expect(await find('ghcr.io')).toEqual({ username: 'me', password: 'pass:word' })
  expect(await find('example.com')).toBeUndefined()
})

test('finds the login of Docker Hub under its key', async () => {
  expect(configKey('docker.io')).toBe('https://index.docker.io/v1/')
  write({ auths: { 'https://index.docker.io/v1/': { auth: base64('me:hub') } } })
  expect(await find('docker.io')).toEqual({ username: 'me', password: 'hub' })
})

test('a host whose helper is empty has its login in the file', async () => {
  write({ auths: { 'ghcr.io': { auth: base64('me:one') } }, credHelpers: { 'ghcr.io': '' }, credsStore: 'desktop' })
  expect(await find('ghcr.io')).toEqual({ username: 'me', password: 'one' })
})

test('asks the credential helper of a host, without the inputs in its environment', async () => {
  const script = 'read host; echo "{\\"Username\\":\\"$host\\",\\"Secret\\":\\"${INPUT_PASSWORD:-none}\\"}"'
  const PATH = writeHelper('test', script)
  write({ auths: { 'ghcr.io': { auth: base64('me:one') } }, credHelpers: { 'ghcr.io': 'test' } })
  const before = process.env['PATH']
  process.env['PATH'] = PATH
  try {
    expect(await find('ghcr.io', { PATH, INPUT_PASSWORD: 'secret' })).toEqual({ username: 'ghcr.io', password: 'none' })
  } finally {
    process.env['PATH'] = before
  }
})

test.each([
  ['that fails', 'exit 1'],
  ['that has no login', 'echo "{}"'],
])('a credential helper %s gives no login', async (_, script) => {
  const PATH = writeHelper('empty', script)
  write({ credsStore: 'empty' })
  const before = process.env['PATH']
  process.env['PATH'] = PATH
  try {
    expect(await find('ghcr.io', { PATH })).toBeUndefined()
  } finally {
    process.env['PATH'] = before
  }
})

test.each([['{'], ['{"auths":{"ghcr.io":"x"}}']])(
  'a configuration that cannot be read counts as none: %s',
  async (text) => {
    writeFileSync(join(folder, 'config.json'), text)
    expect(readDockerConfig({ DOCKER_CONFIG: folder })).toEqual({})
  },
)
