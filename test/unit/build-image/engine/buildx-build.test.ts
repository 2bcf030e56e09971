import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { buildWithBuildx, buildxArguments } from '../../../../actions/build-image/src/engine/buildx-build.ts'
import type { Exec } from '../../../../toolkit/process/exec.ts'
import { buildInputs } from '../../../support/build-image/build-inputs.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

test('quotes the path of a secret that has a comma', () => {
  const inputs = { ...buildInputs({}), secrets: [{ kind: 'file' as const, id: 'key', file: '/keys/a,b "c".pem' }] }
  const request = { inputs, labels: [], dockerfile: 'Dockerfile', pull: false }
  expect(buildxArguments(request as unknown as Parameters<typeof buildxArguments>[0])).toContain(
    '--secret=id=key,"src=/keys/a,b ""c"".pem"',
  )
})

test('passes all inputs to buildx as arguments, and secret values in the environment', () => {
  const inputs = buildInputs({
    secrets: 'token=s3cr3t',
    target: 'app',
    'build-args': 'A=1=2',
    platforms: 'linux/amd64,linux/arm64',
    'cache-to': 'type=gha,mode=max',
    provenance: 'mode=max',
    sbom: 'generator=example.com/scanner:1',
    'no-cache': 'true',
    builder: 'mine',
  })
  const labels = [{ key: 'l', value: 'v' }]
  const args = buildxArguments({ inputs, labels, dockerfile: 'Dockerfile', pull: true } as unknown as Parameters<
    typeof buildxArguments
  >[0])
  expect(args).toEqual([
    'build',
    '--progress=plain',
    '--file=Dockerfile',
    '--builder=mine',
    '--target=app',
    '--platform=linux/amd64,linux/arm64',
    '--build-arg=A=1=2',
    '--label=l=v',
    '--cache-to=type=gha,mode=max',
    '--secret=id=token,env=SLIPWAY_BUILD_SECRET_0',
    '--provenance=mode=max',
    '--sbom=generator=example.com/scanner:1',
    '--no-cache',
    '--pull',
  ])
})

describe('a build', () => {
  const SNAPSHOTTER = 'Labels:\n org.mobyproject.buildkit.worker.snapshotter: overlayfs\n'
  const OF_ITS_OWN = 'Name: mine\nDriver: docker-container\n'
  const OF_THE_ENGINE = 'Name: default\nDriver: docker\n'
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-buildx-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Runs buildx with this builder, which writes these metadata, prints these lines, and ends with this code. */
  async function run(
    builder: string,
    inputs: Readonly<Record<string, string>> = {},
    of: { readonly metadata?: object; readonly lines?: readonly string[]; readonly code?: number } = {},
  ) {
    const { metadata = { 'containerimage.digest': 'sha256:1' }, lines = [], code = 0 } = of
    const runs: { command: string[]; env: Readonly<Record<string, string | undefined>>; context: string }[] = []
    const exec: Exec = async (program, args, { env = {}, input, onLine } = {}) => {
      runs.push({ command: [program, ...args], env, context: await text(input as Readable) })
      for (const line of lines) onLine?.(line, 'stderr')
      writeFileSync(join(folder, 'metadata.json'), JSON.stringify(metadata))
      return { code, stdout: '', stderr: '' }
    }
    const query = async () => ({ code: 0, stdout: builder, stderr: '' })
    const recorded = recordingWorld({}, { exec, query })
    const build = {
      inputs: buildInputs(inputs),
      context: Readable.from([Buffer.from('the context')]),
      dockerfile: 'Dockerfile',
      labels: [],
      epoch: 1000,
      pull: false,
      folder,
      env: { DOCKER_CONFIG: '/config' },
    }
    const result = await buildWithBuildx(build, recorded.world)
    const [{ command, env, context } = { command: [], env: {}, context: '' }] = runs
    return { result, command, env, context, lines: recorded.lines }
  }
  const output = (command: readonly string[]) => command.find((arg) => arg.startsWith('--output='))

  test('passes the context on standard input, and secret values in the environment only', async () => {
    const { command, env, context, lines } = await run(OF_ITS_OWN, { secrets: 'token=s3cr3t' })
    expect([command.slice(0, 3), command.at(-1), context]).toEqual([['docker', 'buildx', 'build'], '-', 'the context'])
    expect(env).toEqual({ DOCKER_CONFIG: '/config', SLIPWAY_BUILD_SECRET_0: 's3cr3t', SOURCE_DATE_EPOCH: '1000' })
    expect(command.join(' ')).not.toContain('s3cr3t')
    expect(lines).toContain('Builder: mine (docker-container)')
  })

  test('a builder of its own writes an OCI layout, with the times of the epoch if the image is reproducible', async () => {
    const { result, command } = await run(OF_ITS_OWN)
    const layout = join(folder, 'layout')
    expect(result.output).toEqual({ kind: 'layout', folder: layout })
    expect(output(command)).toBe(`--output=type=oci,tar=false,dest=${layout},rewrite-timestamp=true`)
    expect(output((await run(OF_ITS_OWN, { reproducible: 'false' })).command)).toBe(
      `--output=type=oci,tar=false,dest=${layout}`,
    )
  })

  test('the builder of the engine leaves the image there, under the digest of its manifest or configuration', async () => {
    const metadata = { 'containerimage.digest': 'sha256:1', 'containerimage.config.digest': 'sha256:2' }
    const { result, command } = await run(OF_THE_ENGINE, {}, { metadata })
    expect(result.output).toEqual({ kind: 'engine', ids: ['sha256:1', 'sha256:2'] })
    expect(output(command)).toBe('--output=type=docker')
  })

  test.each([{ platforms: 'linux/amd64,linux/arm64' }, { provenance: 'true' }, { sbom: 'true' }])(
    'the builder of the engine writes an index as a layout in the containerd image store: %j',
    async (inputs: Readonly<Record<string, string>>) => {
      expect((await run(OF_THE_ENGINE + SNAPSHOTTER, inputs)).result.output.kind).toBe('layout')
    },
  )

  test.each<[Record<string, string>, string]>([
    [{ platforms: 'linux/amd64,linux/arm64' }, 'platforms'],
    [{ provenance: 'true' }, 'provenance'],
    [{ sbom: 'true' }, 'sbom'],
    [{ 'cache-to': 'type=gha' }, 'cache-to'],
  ])('refuses %j with the older image store, and names the input', async (inputs, input) => {
    await expect(run(OF_THE_ENGINE, inputs)).rejects.toMatchObject({
      message: `Input \`${input}\` is not supported by this Docker engine’s image store.`,
      hint: expect.stringContaining('docker/setup-buildx-action'),
    })
    expect((await run(OF_THE_ENGINE, { 'cache-to': 'type=inline' })).result.output.kind).toBe('engine')
  })

  test('names the step that failed, or else the exit code', async () => {
    const lines = ['#5 [2/2] RUN make', '#5 ERROR: process "/bin/sh -c make" did not complete: exit code: 2']
    await expect(run(OF_ITS_OWN, {}, { lines, code: 1 })).rejects.toThrow(
      'The build failed: [2/2] RUN make: process "/bin/sh -c make" did not complete: exit code: 2',
    )
    await expect(run(OF_ITS_OWN, {}, { code: 17 })).rejects.toThrow('The build failed: buildx ended with code 17')
  })

  test('metadata without an image are an error', async () => {
    await expect(run(OF_THE_ENGINE, {}, { metadata: {} })).rejects.toMatchObject({
      message: 'buildx succeeded, but its metadata file names no image.',
      hint: expect.stringContaining('Update buildx'),
    })
  })
})
