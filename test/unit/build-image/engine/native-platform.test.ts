// The platform of a build without `platforms`: that of its builder, which may be on another machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativePlatform } from '../../../../actions/build-image/src/engine/native-platform.ts'
import { readInputs } from '../../../../actions/build-image/src/inputs/inputs.ts'
import { parseDockerfile } from '../../../../actions/build-image/src/sources/dockerfile.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { startEngineServer } from '../../../support/build-image/engine-server.ts'

const HERE = `linux/${process.arch}`
const INSPECT = `Name:   far
Driver: remote

Nodes:
Name:      far0
Platforms: linux/riscv64*, linux/amd64, linux/386
`
let folder: string
let commands: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-docker-'))
  commands = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const ask = (
  dockerfile: string,
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
  found = INSPECT,
) => {
  const { build } = readInputs({ INPUT_IMAGES: 'ghcr.io/acme/web', INPUT_TAGS: 'v1', ...inputs })
  const world = {
    env: { DOCKER_CONFIG: folder, ...env },
    log: { info: () => {} },
    signal: new AbortController().signal,
    query: async (program: string, args: readonly string[]) => {
      commands.push([program, ...args].join(' '))
      return { code: found === '' && args.includes('inspect') ? 1 : 0, stdout: found, stderr: '' }
    },
  } as unknown as World
  return nativePlatform(build, parseDockerfile(dockerfile, []), world)
}
const PLAIN = 'FROM scratch'
const BUILDKIT = '# syntax=docker/dockerfile:1\nFROM scratch'

test('asks no builder on this machine', async () => {
  expect(await ask(PLAIN)).toBe(HERE)
  expect(await ask(PLAIN, {}, { DOCKER_HOST: 'unix:///run/user/1001/docker.sock' })).toBe(HERE)
  expect(await ask(BUILDKIT)).toBe(HERE)
  expect(commands).toEqual([])
})

test.each<[string, Record<string, string>, Record<string, string>]>([
  ['the input', { INPUT_BUILDER: 'far' }, {}],
  ['BUILDX_BUILDER', {}, { BUILDX_BUILDER: 'far' }],
  ['DOCKER_CONTEXT', {}, { DOCKER_CONTEXT: 'far' }],
])('asks the builder that %s names', async (_, inputs, env) => {
  expect(await ask(BUILDKIT, inputs, env)).toBe('linux/riscv64')
  expect(commands.at(-1)).toBe(inputs['INPUT_BUILDER'] ? 'docker buildx inspect far' : 'docker buildx inspect')
})

test('asks the builder that docker/setup-buildx-action selected', async () => {
  mkdirSync(join(folder, 'buildx'))
  writeFileSync(join(folder, 'buildx/current'), JSON.stringify({ Key: 'unix:///var/run/docker.sock', Name: 'far' }))
  expect(await ask(BUILDKIT)).toBe('linux/riscv64')
  expect(await ask(PLAIN)).toBe(HERE)
})

test('does not know the platform of a builder that lists none, or that fails', async () => {
  expect(await ask(BUILDKIT, { INPUT_BUILDER: 'far' }, {}, 'Name: far\nPlatforms:\n')).toBeUndefined()
  expect(await ask(BUILDKIT, { INPUT_BUILDER: 'far' }, {}, '')).toBeUndefined()
})

test('asks an engine on another machine, and does not know the platform when it does not answer', async () => {
  const engine = await startEngineServer({ 'GET /version': { Os: 'linux', Arch: 'riscv64' } })
  const env = { DOCKER_HOST: engine.address }
  expect(await ask(PLAIN, {}, env)).toBe('linux/riscv64')
  await engine.stop()
  expect(await ask(PLAIN, {}, env)).toBeUndefined()
  await engine.close()
})
