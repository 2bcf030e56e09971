import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  connectDocker,
  engineOptions,
  isOnThisMachine,
  unreachable,
} from '../../../../actions/build-image/src/engine/docker-engine.ts'
import { startEngineServer } from '../../../support/build-image/engine-server.ts'

test('connects to the engine that DOCKER_HOST names', async () => {
  const engine = await startEngineServer({ 'GET /version': { Os: 'linux', Arch: 'riscv64' } })
  const docker = await connectDocker({ DOCKER_HOST: engine.address })
  expect(await docker.version()).toEqual({ Os: 'linux', Arch: 'riscv64' })
  await engine.close()
})

test('connects by the environment that it is given, whatever that of the process says', async () => {
  const asked = await startEngineServer({ 'GET /version': { Os: 'linux', Arch: 'riscv64' } })
  const ofTheProcess = await startEngineServer({ 'GET /version': { Os: 'linux', Arch: 'amd64' } })
  try {
    const docker = await connectDocker({ DOCKER_HOST: asked.address })
    expect(await docker.version()).toMatchObject({ Arch: 'riscv64' })
  } finally {
    await ofTheProcess.close()
    await asked.close()
  }
})

test.each([
  ['unix:///run/user/1001/docker.sock', { socketPath: '/run/user/1001/docker.sock' }],
  ['tcp://10.0.0.5:2375', { host: '10.0.0.5', port: '2375', protocol: 'http' }],
  ['10.0.0.5:2375', { host: '10.0.0.5', port: '2375', protocol: 'http' }],
  ['tcp://10.0.0.5:2376', { host: '10.0.0.5', port: '2376', protocol: 'https' }],
  ['tcp://[::1]:2375', { host: '::1', port: '2375', protocol: 'http' }],
  ['tcp://docker', { host: 'docker', port: '2375', protocol: 'http' }],
])('DOCKER_HOST %p', (address, options) => {
  expect(engineOptions({ DOCKER_HOST: address })).toMatchObject(options)
})

test('refuses a DOCKER_HOST that is no address', async () => {
  await expect(connectDocker({ DOCKER_HOST: 'tcp://10.0.0.5:port' })).rejects.toMatchObject({
    message: 'DOCKER_HOST is tcp://10.0.0.5:port, which is not the address of a Docker engine.',
    hint: expect.stringContaining('tcp://host:2376'),
  })
})

test('uses TLS with DOCKER_TLS_VERIFY, and the files of DOCKER_CERT_PATH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-docker-'))
  const env = { DOCKER_HOST: 'tcp://10.0.0.5:443', DOCKER_CERT_PATH: folder, DOCKER_TLS_VERIFY: '1' }
  expect(() => engineOptions(env)).toThrow(`DOCKER_CERT_PATH is \`${folder}\`, and ca.pem in it cannot be read.`)
  for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name)
  expect(engineOptions(env)).toMatchObject({ protocol: 'https', ca: 'ca', cert: 'cert', key: 'key' })
  expect(engineOptions({ ...env, DOCKER_CERT_PATH: '' })).toMatchObject({ protocol: 'https', ca: undefined })
  rmSync(folder, { recursive: true })
})

test('names the address of an engine that does not answer', async () => {
  const engine = await startEngineServer({})
  const { address } = engine
  await engine.stop()
  await expect(connectDocker({ DOCKER_HOST: address })).rejects.toMatchObject({
    message: `No Docker engine answers at ${address}.`,
    hint: expect.stringContaining('Start Docker'),
    cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
  })
  await engine.close()
})

test('waits no longer than the limit for an engine that accepts the connection and says nothing', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`
  await expect(connectDocker({ DOCKER_HOST: address }, { limitMs: 20 })).rejects.toMatchObject({
    message: `No Docker engine answers at ${address}.`,
  })
  silent.close()
  silent.closeAllConnections()
})

test('refuses ssh, and says how to reach that engine', async () => {
  await expect(connectDocker({ DOCKER_HOST: 'ssh://ship@build.example' })).rejects.toMatchObject({
    message: 'DOCKER_HOST is ssh://ship@build.example; connections over ssh are not supported.',
    hint: expect.stringContaining('ssh -L'),
  })
})

const failure = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

test('distinguishes a missing socket from one without an engine', () => {
  const [missing, silent] = ['unix:///nowhere/docker.sock', 'unix:///dev/null']
  expect(unreachable(missing, failure('ENOENT')).message).toBe(
    `No Docker engine answers at ${missing}, as the socket does not exist.`,
  )
  expect(unreachable(silent, failure('ECONNREFUSED')).message).toBe(`No Docker engine answers at ${silent}.`)
})

test('a socket that this user may not open needs the group `docker`', () => {
  expect(unreachable('unix:///dev/null', failure('EACCES')).hint).toContain('add it to the group `docker`')
  expect(unreachable('unix:///dev/null', failure('ECONNREFUSED')).hint).toContain('Start Docker')
})

test.each<[string | undefined, boolean]>([
  [undefined, true],
  ['', true],
  ['unix:///run/user/1001/docker.sock', true],
  ['tcp://127.0.0.1:2375', true],
  ['tcp://localhost:2375', true],
  ['tcp://[::1]:2375', true],
  ['tcp://10.0.0.5:2376', false],
  ['tcp://127.0.0.1.example:2375', false],
  ['10.0.0.5:2375', false],
])('DOCKER_HOST %p is an engine on this machine: %p', (address, here) => {
  expect(isOnThisMachine({ DOCKER_HOST: address })).toBe(here)
})
