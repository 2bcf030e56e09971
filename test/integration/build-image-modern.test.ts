// A Docker engine as new as those on GitHub's runners, with both of its image stores: what the older one on this machine
// cannot show. Nothing runs for arm64 here, so its images are made of COPY alone.
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ImageSources, imageSources } from '../support/image-sources.ts'
import { type ModernEngine, startModernEngine } from '../support/modern-engine.ts'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from '../support/oci-registry.ts'
import { runStep, type StepResult, source } from '../support/run-action.ts'

const TEST = 'build-image-modern'
const BOTH = 'linux/amd64,linux/arm64'
const RUN = 'docker run --rm "$IMAGE"'

let open: OciRegistry
/** One that wants a login. */
let closed: OciRegistry
let temp: string
let config: string
let engine: ModernEngine
let sources: ImageSources

beforeAll(async () => {
  open = await startOciRegistry()
  closed = await startOciRegistry({ auth: true })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  config = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
})
afterAll(async () => {
  await open.close()
  await closed.close()
  for (const folder of [temp, config]) rmSync(folder, { recursive: true, force: true })
})
afterEach(() => {
  // Neither layers nor logins are left behind, whatever the test was about.
  expect(readdirSync(temp)).toEqual([])
})

const build = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> =>
  runStep(source('build-image'), {
    inputs: {
      ...(inputs['promote'] === undefined ? { context: sources.folder } : {}),
      tags: 'v1',
      registry: closed.host,
      ...REGISTRY_USER,
      ...inputs,
    },
    env: {
      GITHUB_SHA: 'a'.repeat(40),
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      DOCKER_CONFIG: config,
      AWS_ENDPOINT_URL: '',
      ...engine.env,
      ...env,
    },
  })

/** Pulls an image by what the action handed on, and runs it. */
const run = (image: string | undefined) =>
  execFileSync('docker', ['run', '--rm', image ?? ''], {
    encoding: 'utf8',
    env: { ...process.env, ...engine.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })

const readRecord = (step: StepResult) => JSON.parse(step.outputs['build-record'] ?? '{}')

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly platform?: { readonly architecture: string } }[]
}
const read = async <T>(registry: OciRegistry, path: string): Promise<T> => {
  const authorization = `Basic ${Buffer.from(Object.values(REGISTRY_USER).join(':')).toString('base64')}`
  const accept = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ')
  const answer = await fetch(`http://${registry.host}/v2/${path}`, { headers: { authorization, accept } })
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}

describe.each(['containerd', 'overlay2'] as const)('on an engine that keeps images in %s', (store) => {
  beforeAll(async () => {
    engine = await startModernEngine(store)
    sources = imageSources(
      TEST,
      [
        'COPY app /app',
        'RUN busybox date > /built && busybox rm /built && echo ok > /ok',
        'CMD ["busybox", "cat", "/ok"]',
      ],
      { 'app/hello.txt': 'hello\n' },
    )
  })
  afterAll(async () => {
    sources.remove()
    await engine.close()
  })

  test('an image is built, tested, pushed and runs; built anew it has the same digest', async () => {
    const inputs = { 'test-command': RUN, images: `${open.host}/${store}/web` }
    const first = await build(inputs)
    expect(first).toMatchObject({ code: 0 })
    expect(first.log).toContain('Engine: docker, as nothing needs buildx.')
    expect(first.log).toMatch(/^ok$/m)
    expect(first.log).not.toMatch(/intermediate container/)
    expect(await open.digest(`${store}/web`, 'v1')).toBe(first.outputs['digest'])
    expect(run(first.outputs['image'])).toBe('ok\n')

    const again = await build({ ...inputs, images: `${open.host}/${store}/again`, 'no-cache': 'true' })
    expect(again).toMatchObject({ code: 0, outputs: { digest: first.outputs['digest'], skipped: 'false' } })
  })

  test('layers of a base in a private registry are taken over as they are there', async () => {
    const base = await build({ images: `${closed.host}/${store}/base` })
    sources.write('Dockerfile.app', `FROM ${closed.host}/${store}/base:v1\nRUN echo app > /ok\n`)
    const app = await build({ images: `${closed.host}/${store}/app`, file: join(sources.folder, 'Dockerfile.app') })
    expect([base.code, app.code]).toEqual([0, 0])
    const blobs = { sent: 2, mounted: 3, present: 0 }
    expect(readRecord(app).destinations[0].blobs).toEqual(blobs)
  })

  test('without push the image stays in the engine, under its tags', async () => {
    const step = await build({ images: 'example.com/local/web', push: 'false' })
    expect(step).toMatchObject({ code: 0, outputs: { image: 'example.com/local/web:v1' } })
    expect(run('example.com/local/web:v1')).toBe('ok\n')
  })

  test('buildx gives the same digest each time, too, and its image runs', async () => {
    const inputs = { engine: 'buildx', 'test-command': RUN, images: `${open.host}/${store}/x` }
    const first = await build(inputs)
    const again = await build({ ...inputs, images: `${open.host}/${store}/y`, 'no-cache': 'true' })
    expect([first.code, again.code]).toEqual([0, 0])
    expect(again.outputs['digest']).toBe(first.outputs['digest'])
    expect(run(first.outputs['image'])).toBe('ok\n')
  })
})

test('what the older image store cannot do is said by the input that asks for it, before anything is built', async () => {
  engine = await startModernEngine('overlay2')
  sources = imageSources(TEST, [])
  for (const [input, value] of Object.entries({
    platforms: BOTH,
    provenance: 'true',
    sbom: 'true',
    'cache-to': `type=registry,ref=${open.host}/old/cache`,
  })) {
    const step = await build({ images: `${open.host}/old/web`, [input]: value })
    expect(step.code).toBe(1)
    expect(step.log).toContain(
      `Input \`${input}\` needs a builder of its own; this Docker engine cannot do it by itself.`,
    )
    expect(step.log).toContain('docker/setup-buildx-action')
  }
  expect(await open.tags('old/web')).toEqual([])
  sources.remove()
  await engine.close()
})

describe('what needs a builder of its own elsewhere, on an engine that keeps images in containerd', () => {
  beforeAll(async () => {
    engine = await startModernEngine('containerd')
    sources = imageSources(TEST, ['COPY app /app', 'CMD ["busybox", "cat", "/app/hello.txt"]'], {
      'app/hello.txt': 'hello\n',
    })
  })
  afterAll(async () => {
    sources.remove()
    await engine.close()
  })

  test('an image for two platforms is tested, pushed, found again by its content, and promoted as a whole', async () => {
    const images = `${open.host}/multi/web`
    const step = await build({ images, platforms: BOTH, 'test-command': RUN })
    expect(step).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
    expect(step.log).toContain(`Engine: buildx, as \`platforms: ${BOTH}\` needs it.`)
    expect(step.log).toMatch(/^hello$/m)
    const { digest } = step.outputs
    expect(await open.digest('multi/web', 'v1')).toBe(digest)
    const { manifests } = await read<Index>(open, `multi/web/manifests/${digest}`)
    expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64'])
    for (const part of ['linux/amd64', 'linux/arm64']) {
      expect(readRecord(step).platforms).toContainEqual(expect.objectContaining({ platform: part, layers: 2 }))
      expect(step.summary).toContain(`<summary>Layers (${part})</summary>`)
    }
    expect(run(step.outputs['image'])).toBe('hello\n')

    const skipped = await build({ images, tags: 'v2', platforms: 'linux/arm64,linux/amd64', 'test-command': RUN })
    expect(skipped).toMatchObject({ code: 0, outputs: { skipped: 'true', digest } })
    const one = await build({ images, tags: 'v3', platforms: 'linux/amd64', 'test-command': RUN })
    expect(one).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
    expect(one.outputs['content-hash']).not.toBe(step.outputs['content-hash'])
    const anew = await build({ images: `${open.host}/multi/anew`, platforms: BOTH, 'no-cache': 'true' })
    expect(anew).toMatchObject({ code: 0, outputs: { skipped: 'false', digest } })

    const target = `${closed.host}/multi/prod`
    const promoted = await build({ promote: step.outputs['image'] ?? '', images: target })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest, image: `${target}@${digest}` } })
    for (const child of manifests) expect(await closed.digest('multi/prod', child.digest)).toBe(child.digest)
  })

  test('without push, an image for two platforms stays in the engine as a whole', async () => {
    const step = await build({ images: 'example.com/multi/local', platforms: BOTH, push: 'false' })
    expect(step).toMatchObject({ code: 0 })
    expect(run('example.com/multi/local:v1')).toBe('hello\n')
    const pushed = await build({ images: `${open.host}/multi/pushed`, platforms: BOTH })
    const { Id } = await engine.docker.getImage('example.com/multi/local:v1').inspect()
    expect(Id).toBe(pushed.outputs['digest'])
  })

  test('attestations are attached: how it was built, and what a scanner of the user’s own choice found', async () => {
    // BuildKit's own scanner is an image on Docker Hub. This one follows its protocol, and finds one package.
    sources.write('scan.sh', `cat /scan.json > "$BUILDKIT_SCAN_DESTINATION/sbom.spdx.json"\n`)
    const predicate = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'busybox-of-the-test' }] }
    const type = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document' }
    sources.write('scan.json', JSON.stringify({ ...type, predicate }))
    sources.write(
      'Dockerfile.scanner',
      'FROM scratch\nCOPY busybox sh /bin/\nRUN ["busybox", "--install", "/bin"]\nCOPY scan.sh scan.json /\nCMD ["/bin/sh", "/scan.sh"]\n',
    )
    const scanner = await build({
      images: `${open.host}/tools/scanner`,
      file: join(sources.folder, 'Dockerfile.scanner'),
    })
    expect(scanner).toMatchObject({ code: 0 })

    const images = `${open.host}/attested/web`
    const sbom = `generator=${scanner.outputs['image']}`
    const step = await build({ images, provenance: 'mode=max', sbom, 'test-command': RUN })
    expect(step).toMatchObject({ code: 0 })
    expect(readRecord(step).platforms).toEqual([expect.objectContaining({ platform: 'linux/amd64' })])
    const { manifests } = await read<Index>(open, `attested/web/manifests/${step.outputs['digest']}`)
    expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'unknown'])
    const { layers } = await read<{ layers: { digest: string; annotations: Record<string, string> }[] }>(
      open,
      `attested/web/manifests/${manifests[1]?.digest}`,
    )
    const statements = new Map<string, object>()
    for (const { digest, annotations } of layers) {
      statements.set(annotations['in-toto.io/predicate-type'] ?? '', await read(open, `attested/web/blobs/${digest}`))
    }
    expect(statements.get('https://spdx.dev/Document')).toMatchObject({ predicate })
    const provenance = [...statements].find(([name]) => name.startsWith('https://slsa.dev/provenance/'))
    expect(JSON.stringify(provenance)).toContain('"buildType"')
    expect(run(step.outputs['image'])).toBe('hello\n')

    const promoted = await build({ promote: step.outputs['image'] ?? '', images: `${closed.host}/attested/prod` })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
  })

  test('a cache in a registry that wants a login, as ECR takes it, and one in a folder, are written and read', async () => {
    sources.write(
      'Dockerfile.slow',
      `FROM scratch\nCOPY busybox sh /bin/\nRUN busybox date > /once\nCMD ["busybox", "cat", "/once"]\n`,
    )
    const folder = mkdtempSync(join(tmpdir(), 'slipway-cache-'))
    const inputs = { file: join(sources.folder, 'Dockerfile.slow') }
    for (const [name, to, from] of [
      [
        'registry',
        `type=registry,ref=${closed.host}/cache/web,image-manifest=true,oci-mediatypes=true,mode=max`,
        `type=registry,ref=${closed.host}/cache/web`,
      ],
      ['folder', `type=local,dest=${folder},mode=max`, `type=local,src=${folder}`],
    ] as const) {
      const first = await build({ ...inputs, images: `${closed.host}/cached/${name}`, 'cache-to': to })
      expect(first).toMatchObject({ code: 0 })
      await forget()
      const images = `${closed.host}/cached/${name}-again`
      const second = await build({ ...inputs, images, 'cache-from': from })
      expect(second).toMatchObject({ code: 0 })
      // The date was not asked for again, as the step came from the cache.
      const steps = readRecord(second).steps.map(({ title, cached }: Record<string, unknown>) => ({ title, cached }))
      expect({ name, steps }).toEqual({
        name,
        steps: [
          { title: '[1/2] COPY busybox sh /bin/', cached: true },
          { title: '[2/2] RUN busybox date > /once', cached: true },
        ],
      })
      await forget()
    }
    const cache = await read<{ mediaType: string }>(closed, 'cache/web/manifests/latest')
    expect(cache.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
    rmSync(folder, { recursive: true })
  })

  /** What the engine has of builds until now. */
  const forget = () => engine.docker.pruneBuilder({ all: true } as object)

  test('what BuildKit says of steps side by side becomes a group for each, with its time', async () => {
    sources.write(
      'Dockerfile.stages',
      [
        'FROM scratch AS base',
        'COPY busybox sh /bin/',
        'FROM base AS left',
        'RUN for i in 1 2 3; do echo left $i; busybox sleep 0.2; done; echo l > /l',
        'FROM base AS right',
        'RUN for i in 1 2 3; do echo right $i; busybox sleep 0.2; done; echo r > /r',
        'FROM base',
        'COPY --from=left /l /l',
        'COPY --from=right /r /r',
        '',
      ].join('\n'),
    )
    const images = `${open.host}/stages/web`
    const step = await build({ images, file: join(sources.folder, 'Dockerfile.stages'), engine: 'buildx' })
    expect(step).toMatchObject({ code: 0 })
    const lines = step.log.split('\n')
    for (const side of ['left', 'right']) {
      for (const at of lines.keys()) {
        if (!lines[at]?.startsWith(`    ${side} `)) continue
        // The last line before it that is a title.
        const title = lines.slice(0, at).findLast((line) => !line.startsWith('    '))
        expect(title).toMatch(new RegExp(`^\\[${side} 1/1\\] RUN for`))
      }
      expect(lines.filter((line) => line.startsWith(`    ${side} `))).toHaveLength(3)
    }
    expect(step.log).not.toMatch(/^#\d+ /m)
    const { steps } = readRecord(step)
    const slow = steps.filter(({ title }: { title: string }) => title.includes('RUN'))
    expect(slow).toHaveLength(2)
    for (const { seconds } of slow) expect(seconds).toBeGreaterThanOrEqual(0.6)
  })

  test('a builder of its own builds when it is named; what it built is tested in the engine all the same', async () => {
    const buildkit = await buildkitOf(engine)
    const create = ['create', '--name', 'own', '--driver', 'remote', buildkit.address]
    // Not synchronously: it asks the server, which is in this process.
    await promisify(execFile)('docker-buildx', create, {
      env: { ...process.env, ...engine.env, DOCKER_CONFIG: config },
    })
    const images = `${open.host}/named/web`
    const step = await build({ images, builder: 'own', 'test-command': RUN })
    expect(step).toMatchObject({ code: 0 })
    expect(step.log).toContain('Engine: buildx, as `builder` needs it.')
    expect(step.log).toContain('Builder: own (remote)')
    expect(step.log).toMatch(/^hello$/m)
    expect(await open.digest('named/web', 'v1')).toBe(step.outputs['digest'])

    const again = await build({ images: `${open.host}/named/again`, builder: 'own', 'no-cache': 'true' })
    expect(again).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
    const local = await build({ images: 'example.com/named/local', builder: 'own', push: 'false' })
    expect(local).toMatchObject({ code: 0 })
    expect(run('example.com/named/local:v1')).toBe('hello\n')
    await buildkit.close()
  })
})

/** The BuildKit in an engine, as buildx's driver `remote` wants it: without the engine's HTTP around it. */
async function buildkitOf({ env }: ModernEngine) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-buildkit-'))
  const socket = join(folder, 'buildkitd.sock')
  const server = createServer((client) => {
    const upstream = connect(env.DOCKER_HOST.replace('unix://', ''))
    upstream.write('POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
    upstream.once('data', (answer) => {
      const end = answer.indexOf('\r\n\r\n')
      client.write(answer.subarray(end + 4))
      client.pipe(upstream).pipe(client)
    })
    for (const end of [client, upstream]) end.on('error', () => [client, upstream].map((stream) => stream.destroy()))
  }).listen(socket)
  await once(server, 'listening')
  return {
    address: `unix://${socket}`,
    close: async () => {
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
