import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildRequest, buildImage, hasNewLayer } from '../../../../actions/build-image/src/build/build-image.ts'
import { makeTemporaryFolder } from '../../../../actions/build-image/src/runner/temporary-folder.ts'
import { readSources } from '../../../../actions/build-image/src/sources/sources.ts'
import type { Exec } from '../../../../toolkit/process/exec.ts'
import { buildInputs } from '../../../support/build-image/build-inputs.ts'
import { type EngineServer, progress, startEngineServer } from '../../../support/build-image/engine-server.ts'
import { memoryRegistries } from '../../../support/build-image/images.ts'
import { writeLayout } from '../../../support/build-image/oci-layout.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const ID = `sha256:${'1'.repeat(64)}`
const BUILT = progress({ stream: 'Step 1/1 : FROM scratch\n' }, { aux: { ID } })
const INSPECT = { Os: 'linux', Architecture: 'amd64', Parent: '', RootFS: { Layers: [] } }

let home: string
let engine: EngineServer
let lines: string[]
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'slipway-build-'))
  engine = await startEngineServer({ 'POST /build': BUILT, [`GET /images/${ID}/json`]: INSPECT })
})
afterEach(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})

/** A run of buildx: its arguments and its environment. */
type BuildxRun = (args: readonly string[], env: Readonly<Record<string, string | undefined>>) => void

async function build(
  dockerfile: string,
  {
    inputs = {},
    request = {},
    onBuildx = () => {},
  }: {
    inputs?: Readonly<Record<string, string>>
    request?: Partial<BuildRequest>
    onBuildx?: BuildxRun
  },
) {
  writeFileSync(join(home, 'Dockerfile'), dockerfile)
  const exec: Exec = async (_, args, { env = {}, input } = {}) => {
    onBuildx(args, env)
    if (typeof input === 'object') input.destroy()
    return { code: 0, stdout: '', stderr: '' }
  }
  const query = async (_: string, args: readonly string[]) => ({
    code: 0,
    stdout: args.includes('inspect')
      ? `Name: default\nDriver: ${request.usedHere ? 'docker' : 'docker-container'}\n`
      : '',
    stderr: '',
  })
  const recorded = recordingWorld(
    { DOCKER_HOST: engine.address, DOCKER_CONFIG: home, RUNNER_TEMP: home, SOURCE_DATE_EPOCH: '1700000000' },
    { exec, query },
  )
  lines = recorded.lines
  const all = { ...buildInputs(inputs), context: home, file: join(home, 'Dockerfile') }
  return buildImage(
    {
      inputs: all,
      sources: await readSources(all, recorded.world),
      bases: [],
      registries: memoryRegistries(),
      destinations: [],
      sendAheadTo: [],
      temporary: await makeTemporaryFolder(recorded.world),
      usedHere: false,
      ...request,
    },
    recorded.world,
  )
}

const asked = () => engine.requests.find(({ call }) => call === 'POST /build')?.query ?? new URLSearchParams()

describe('with the Docker engine', () => {
  test('returns the image and its steps, and logs why it chose the engine', async () => {
    const built = await build('FROM scratch', {})
    expect(built).toMatchObject({ engine: 'docker', steps: [{ title: 'FROM scratch' }] })
    expect(await built.local()).toBe(ID)
    expect(lines).toContain('Engine: docker (nothing needs buildx).')
  })

  test('passes the image time only to a Dockerfile that declares it', async () => {
    await build('FROM scratch', { inputs: { 'build-args': 'A=1' } })
    expect(JSON.parse(asked().get('buildargs') ?? '')).toEqual({ A: '1' })
    await engine.close()
    engine = await startEngineServer({ 'POST /build': BUILT })
    await build('FROM scratch\nARG SOURCE_DATE_EPOCH', { inputs: { 'build-args': 'A=1' } })
    expect(JSON.parse(asked().get('buildargs') ?? '')).toEqual({ A: '1', SOURCE_DATE_EPOCH: '1700000000' })
  })

  test("passes the proxies of Docker's configuration, which the Engine API does not read", async () => {
    writeFileSync(join(home, 'config.json'), JSON.stringify({ proxies: { default: { httpsProxy: 'http://p:1' } } }))
    await build('FROM scratch', { inputs: { 'build-args': 'https_proxy=' } })
    expect(JSON.parse(asked().get('buildargs') ?? '')).toEqual({ HTTPS_PROXY: 'http://p:1', https_proxy: '' })
  })

  test.each([
    [true, { mine: 'v' }],
    [false, {}],
  ])('sets the labels while it builds where the image is used here: %p', async (usedHere, labels) => {
    await build('FROM scratch', { inputs: { labels: 'mine=v' }, request: { usedHere } })
    const set = JSON.parse(asked().get('labels') ?? '')
    expect('mine' in set ? { mine: set.mine } : set).toEqual(labels)
  })

  test('pulls when a base image is stale, and names it', async () => {
    const stale = { name: 'alpine:3', identity: `sha256:${'2'.repeat(64)}`, local: false, stale: true }
    await build('FROM scratch', { request: { bases: [{ ...stale, name: 'node:24', stale: false }, stale] } })
    expect(asked().get('pull')).toBe('true')
    expect(lines).toContain('Pulling, as the registry has a newer image than this engine: alpine:3')
  })

  test('does not pull otherwise, unless an input asks for it', async () => {
    await build('FROM scratch', {})
    expect(asked().get('pull')).toBeNull()
    await engine.close()
    engine = await startEngineServer({ 'POST /build': BUILT })
    await build('FROM scratch', { inputs: { pull: 'true' }, request: { bases: undefined } })
    expect(asked().get('pull')).toBe('true')
  })

  test('sends the logins of the base images’ registries', async () => {
    const login = { username: 'me', password: 'secret' }
    const registries = { at: async () => ({ credentials: async () => login }) } as unknown as BuildRequest['registries']
    await build('FROM ghcr.io/acme/base:1', { request: { registries } })
    const header = String(engine.requests[0]?.headers['x-registry-config'])
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ 'ghcr.io': login })
  })
})

test.each([
  ['RUN make', 1, false, true],
  ['copy a b', 1, false, true],
  ['ADD a b', 1, false, true],
  ['WORKDIR /app', 1, false, true],
  ['RUN make', 0, false, false],
  ['RUN make', 1, true, false],
  ['ENV A=1', 1, false, false],
  ['FROM scratch', 1, false, false],
  ['RUNNER', 1, false, false],
])('the step `%s` of stage %d, cached: %p, has a layer to push: %p', (title, stage, cached, expected) => {
  expect(hasNewLayer({ id: '0123456789ab', title, stage, cached }, 1)).toBe(expected)
})

describe('with buildx', () => {
  const BUILDKIT = '# syntax=ghcr.io/acme/frontend:1\nFROM scratch'
  const login = { username: 'me', password: 'secret' }
  const registries = { at: async () => ({ credentials: async () => login }) } as unknown as BuildRequest['registries']
  const option = (args: readonly string[], name: string) => args.find((arg) => arg.startsWith(name))?.slice(name.length)

  test('reads the image from the folder where a builder of its own wrote it', async () => {
    const layout = writeLayout()
    const onBuildx = (args: readonly string[]) => {
      const folder = /dest=([^,]+)/.exec(option(args, '--output=') ?? '')?.[1]
      if (folder !== undefined) cpSync(layout.folder, folder, { recursive: true })
    }
    const built = await build(BUILDKIT, { onBuildx, request: { registries } })
    rmSync(layout.folder, { recursive: true })
    expect(built.engine).toBe('buildx')
    expect((await built.pack()).digest).toBe(layout.digest)
  })

  test('finds the image in the engine when the engine’s own builder made it', async () => {
    const onBuildx = (args: readonly string[]) => {
      const ids = { 'containerimage.digest': `sha256:${'9'.repeat(64)}`, 'containerimage.config.digest': ID }
      writeFileSync(option(args, '--metadata-file=') ?? '', JSON.stringify(ids))
    }
    const built = await build(BUILDKIT, { onBuildx, request: { registries, usedHere: true } })
    expect(await built.local()).toBe(ID)
  })

  test('gives buildx the logins of base images and caches in a configuration of its own', async () => {
    let config: unknown
    let labels: readonly string[] = []
    const onBuildx: BuildxRun = (args, env) => {
      config = JSON.parse(readFileSync(join(env['DOCKER_CONFIG'] ?? '', 'config.json'), 'utf8'))
      labels = args.filter((arg) => arg.startsWith('--label='))
      writeFileSync(option(args, '--metadata-file=') ?? '', JSON.stringify({ 'containerimage.digest': ID }))
    }
    const inputs = { 'cache-from': 'cache.test/acme/web:cache\ntype=gha', labels: 'mine=v' }
    await build(BUILDKIT, { inputs, onBuildx, request: { registries, usedHere: true } })
    const auth = Buffer.from('me:secret').toString('base64')
    expect(config).toMatchObject({ auths: { 'ghcr.io': { auth }, 'cache.test': { auth } } })
    expect(labels).toContain('--label=mine=v')
  })
})
