import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registries } from '../../../../actions/build-image/src/registry/registries.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-registries-'))
  const auth = Buffer.from('saved:secret').toString('base64')
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ auths: { 'ghcr.io': { auth }, 'example.com': { auth } } }),
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => {
  const { world, masked } = recordingWorld({ DOCKER_CONFIG: folder })
  const login = { host: 'ghcr.io', username: 'me', password: 'one' }
  return { registries: new Registries(world, login), masked }
}

test('opens each registry once', async () => {
  const { registries } = open()
  expect(registries.at('ghcr.io')).toBe(registries.at('ghcr.io'))
  expect((await registries.at('ghcr.io')).registry.host).toBe('ghcr.io')
})

test('prefers the login of the inputs, for its host only, to a saved one', async () => {
  const { registries, masked } = open()
  expect(await (await registries.at('ghcr.io')).credentials()).toMatchObject({ username: 'me', password: 'one' })
  const saved = await (await registries.at('example.com')).credentials()
  expect(saved).toEqual({ username: 'saved', password: 'secret' })
  expect(masked).toEqual(['secret'])
  expect(await (await registries.at('docker.io')).credentials()).toBeUndefined()
})

test('looks credentials up once, and again for fresh ones', async () => {
  const { registries } = open()
  const { credentials } = await registries.at('example.com')
  expect(await credentials()).toMatchObject({ username: 'saved' })
  rmSync(join(folder, 'config.json'))
  expect(await credentials()).toMatchObject({ username: 'saved' })
  expect(await credentials({ fresh: true })).toBeUndefined()
})

test('a failure to look credentials up is not kept', async () => {
  writeFileSync(join(folder, 'config.json'), '{"credHelpers":{"example.com":"broken"}}')
  let stdout = 'no JSON'
  const exec = async () => ({ code: 0, stdout, stderr: '' })
  const { world } = recordingWorld({ DOCKER_CONFIG: folder }, { exec })
  const { credentials } = await new Registries(world, undefined).at('example.com')
  await expect(credentials()).rejects.toThrow('JSON')
  stdout = '{"Username":"me","Secret":"secret"}'
  expect(await credentials()).toEqual({ username: 'me', password: 'secret' })
})
