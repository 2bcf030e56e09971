// What needs a builder of its own elsewhere, a modern Docker engine does by itself where it keeps images in containerd. Nothing
// runs for arm64 here, so its images are made of COPY alone.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBuildx } from '../../../actions/build-image/src/engine/buildx-builder.ts'
import { exec } from '../../../toolkit/process/exec.ts'
import { query } from '../../../toolkit/process/query.ts'
import { contentOf, type ModernBuild, readRecord, startModernBuild } from '../../support/build-image/modern-build.ts'
import type { ModernEngine } from '../../support/build-image/modern-engine.ts'
import { type OciRegistry, REGISTRY_USER } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { secretForms } from '../../support/secret-forms.ts'

const TEST = 'build-image-modern-buildx'
const BOTH = 'linux/amd64,linux/arm64'
const RUN = 'docker run --rm "$IMAGE"'

let it: ModernBuild
beforeAll(async () => {
  it = await startModernBuild('containerd', TEST, ['COPY app /app', 'CMD ["busybox", "cat", "/app/hello.txt"]'])
})
afterAll(() => it.close())

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

test('tests, pushes, reuses and promotes an image for two platforms as a whole', async () => {
  const images = `${it.open.host}/multi/web`
  const step = await it.build({ images, platforms: BOTH, 'test-command': RUN })
  expect(step).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(step.log).toContain(`Engine: buildx (\`platforms: ${BOTH}\` needs it).`)
  expect(step.log).toMatch(/^hello$/m)
  const { digest } = step.outputs
  expect(await it.open.digest('multi/web', 'v1')).toBe(digest)
  const { manifests } = await read<Index>(it.open, `multi/web/manifests/${digest}`)
  expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64'])
  for (const part of ['linux/amd64', 'linux/arm64']) {
    expect(readRecord(step).platforms).toContainEqual(expect.objectContaining({ platform: part, layers: 2 }))
    expect(step.summary).toContain(`<summary>Layers (${part})</summary>`)
  }
  expect(it.run(step.outputs['image'])).toBe('hello\n')

  const skipped = await it.build({ images, tags: 'v2', platforms: 'linux/arm64,linux/amd64', 'test-command': RUN })
  expect(skipped).toMatchObject({ code: 0, outputs: { skipped: 'true', digest } })
  const one = await it.build({ images, tags: 'v3', platforms: 'linux/amd64', 'test-command': RUN })
  expect(one).toMatchObject({ code: 0, outputs: { skipped: 'false' } })
  expect(one.outputs['content-hash']).not.toBe(step.outputs['content-hash'])
  const again = await it.build({ images: `${it.open.host}/multi/again`, platforms: BOTH, 'no-cache': 'true' })
  expect(again).toMatchObject({ code: 0, outputs: { skipped: 'false', digest } })

  const target = `${it.closed.host}/multi/prod`
  const promoted = await it.build({ promote: step.outputs['image'] ?? '', images: target })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest, image: `${target}@${digest}` } })
  for (const child of manifests) expect(await it.closed.digest('multi/prod', child.digest)).toBe(child.digest)
})

test('keeps an image for two platforms in the engine with `push: false`', async () => {
  const step = await it.build({ images: 'example.com/multi/local', platforms: BOTH, push: 'false' })
  expect(step).toMatchObject({ code: 0 })
  expect(it.run('example.com/multi/local:v1')).toBe('hello\n')
  const pushed = await it.build({ images: `${it.open.host}/multi/pushed`, platforms: BOTH })
  const { Id } = await it.engine.docker.getImage('example.com/multi/local:v1').inspect()
  expect(Id).toBe(pushed.outputs['digest'])
})

test('attaches provenance, and an SBOM of the chosen generator', async () => {
  // BuildKit's own scanner is an image on Docker Hub. This one follows its protocol, and finds one package.
  it.sources.write('scan.sh', `cat /scan.json > "$BUILDKIT_SCAN_DESTINATION/sbom.spdx.json"\n`)
  const predicate = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'busybox-of-the-test' }] }
  const type = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document' }
  it.sources.write('scan.json', JSON.stringify({ ...type, predicate }))
  it.sources.write(
    'Dockerfile.scanner',
    'FROM scratch\nCOPY busybox sh /bin/\nRUN ["busybox", "--install", "/bin"]\nCOPY scan.sh scan.json /\nCMD ["/bin/sh", "/scan.sh"]\n',
  )
  const scanner = await it.build({
    images: `${it.open.host}/tools/scanner`,
    file: join(it.sources.folder, 'Dockerfile.scanner'),
  })
  expect(scanner).toMatchObject({ code: 0 })

  const images = `${it.open.host}/attested/web`
  const sbom = `generator=${scanner.outputs['image']}`
  const step = await it.build({ images, provenance: 'mode=max', sbom, 'test-command': RUN })
  expect(step).toMatchObject({ code: 0 })
  expect(readRecord(step).platforms).toEqual([expect.objectContaining({ platform: 'linux/amd64' })])
  const { manifests } = await read<Index>(it.open, `attested/web/manifests/${step.outputs['digest']}`)
  expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'unknown'])
  const { layers } = await read<{ layers: { digest: string; annotations: Record<string, string> }[] }>(
    it.open,
    `attested/web/manifests/${manifests[1]?.digest}`,
  )
  const statements = new Map<string, object>()
  for (const { digest, annotations } of layers) {
    statements.set(annotations['in-toto.io/predicate-type'] ?? '', await read(it.open, `attested/web/blobs/${digest}`))
  }
  expect(statements.get('https://spdx.dev/Document')).toMatchObject({ predicate })
  const provenance = [...statements].find(([name]) => name.startsWith('https://slsa.dev/provenance/'))
  expect(JSON.stringify(provenance)).toContain('"buildType"')
  expect(it.run(step.outputs['image'])).toBe('hello\n')

  const promoted = await it.build({ promote: step.outputs['image'] ?? '', images: `${it.closed.host}/attested/prod` })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
})

test('writes and reads a cache in a registry with a login, as ECR accepts it, and one in a folder', async () => {
  it.sources.write(
    'Dockerfile.slow',
    `FROM scratch\nCOPY busybox sh /bin/\nRUN busybox date > /once\nCMD ["busybox", "cat", "/once"]\n`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cache-'))
  const inputs = { file: join(it.sources.folder, 'Dockerfile.slow') }
  for (const [name, to, from] of [
    [
      'registry',
      `type=registry,ref=${it.closed.host}/cache/web,image-manifest=true,oci-mediatypes=true,mode=max`,
      `type=registry,ref=${it.closed.host}/cache/web`,
    ],
    ['folder', `type=local,dest=${folder},mode=max`, `type=local,src=${folder}`],
  ] as const) {
    const first = await it.build({ ...inputs, images: `${it.closed.host}/cached/${name}`, 'cache-to': to })
    expect(first).toMatchObject({ code: 0 })
    await forget()
    const images = `${it.closed.host}/cached/${name}-again`
    const second = await it.build({ ...inputs, images, 'cache-from': from })
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
  const cache = await read<{ mediaType: string }>(it.closed, 'cache/web/manifests/latest')
  expect(cache.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
  rmSync(folder, { recursive: true })
})

/** What the engine has of builds until now. */
const forget = () => it.engine.docker.pruneBuilder({ all: true } as object)

test('passes secrets from the environment and a file to the build, and to no log, process, image, attestation or cache', async () => {
  const secrets = { env: 'from-env-5e4d3c', file: 'from-file-2b1a09' }
  const folder = mkdtempSync(join(tmpdir(), 'slipway-secret-'))
  writeFileSync(join(folder, 'secret.txt'), secrets.file)
  let processes = ''
  const look = createServer((socket) => {
    processes += execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' })
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  }).listen(0, '127.0.0.1')
  await once(look, 'listening')
  it.sources.write(
    'Dockerfile.secret',
    [
      'FROM scratch',
      'COPY busybox sh /bin/',
      'ARG SEARCHER',
      'RUN --mount=type=secret,id=env,env=FIRST --mount=type=secret,id=file busybox wget -q -O - http://$SEARCHER/ && (echo -n $FIRST; busybox cat /run/secrets/file) | busybox wc -c > /count',
      'CMD ["busybox", "cat", "/count"]',
      '',
    ].join('\n'),
  )
  const cache = `type=registry,ref=${it.open.host}/secret/cache,mode=max`
  const step = await it.build(
    {
      images: `${it.open.host}/secret/web`,
      file: join(it.sources.folder, 'Dockerfile.secret'),
      'secret-envs': 'env=BUILD_TOKEN',
      'secret-files': `file=${join(folder, 'secret.txt')}`,
      'build-args': `SEARCHER=127.0.0.1:${(look.address() as AddressInfo).port}`,
      network: 'host',
      provenance: 'mode=max',
      'cache-to': cache,
    },
    { BUILD_TOKEN: secrets.env },
  )
  look.close()
  rmSync(folder, { recursive: true })
  expect(step).toMatchObject({ code: 0 })
  expect(it.run(step.outputs['image']).trim()).toBe(String(Object.values(secrets).join('').length))
  expect(processes).toContain('--secret=id=env,env=')
  const places = {
    log: step.log.replace(/^::add-mask::.*$/gm, ''),
    outputs: JSON.stringify([step.outputs, step.state, step.summary]),
    processes,
    registry: contentOf(it.open.data),
    files: contentOf(it.config) + contentOf(it.sources.folder),
  }
  expect(places.registry).toContain('buildkit')
  const login = secretForms(REGISTRY_USER.password, REGISTRY_USER.username)
  const forms = [...Object.values(secrets).flatMap((secret) => secretForms(secret)), ...login]
  for (const [place, text] of Object.entries(places)) {
    expect({ place, leaks: forms.filter((form) => text.includes(form)) }).toEqual({ place, leaks: [] })
  }
})

test('logs BuildKit’s parallel steps one after the other, with their times', async () => {
  it.sources.write(
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
  const images = `${it.open.host}/stages/web`
  const step = await it.build({ images, file: join(it.sources.folder, 'Dockerfile.stages'), engine: 'buildx' })
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

test('names a failed step, with its output once', async () => {
  it.sources.write('Dockerfile.bad', 'FROM scratch\nCOPY busybox sh /bin/\nRUN echo on the way && busybox false\n')
  const file = join(it.sources.folder, 'Dockerfile.bad')
  const step = await it.build({ images: `${it.open.host}/bad/web`, file, provenance: 'true' })
  expect(step.code).toBe(1)
  expect(step.log).toMatch(/::error::The build failed: \[2\/2\] RUN echo on the way && busybox false: .*exit code: 1/)
  expect(step.log.match(/on the way$/gm)).toHaveLength(1)
  expect(await it.open.tags('bad/web')).toEqual([])
})

test('builds with the builder of the input, and tests the image in the engine', async () => {
  const buildkit = await buildkitOf(it.engine)
  const env = { ...process.env, ...it.engine.env, DOCKER_CONFIG: it.config }
  const [program, ...prefix] = await findBuildx({ query, env, signal: new AbortController().signal })
  const made = await exec(program, [...prefix, 'create', '--name', 'own', '--driver', 'remote', buildkit.address], {
    env,
  })
  expect(made).toMatchObject({ code: 0 })
  const images = `${it.open.host}/named/web`
  const step = await it.build({ images, builder: 'own', 'test-command': RUN })
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('Engine: buildx (`builder` needs it).')
  expect(step.log).toContain('Builder: own (remote)')
  expect(step.log).toMatch(/^hello$/m)
  expect(await it.open.digest('named/web', 'v1')).toBe(step.outputs['digest'])

  const again = await it.build({ images: `${it.open.host}/named/again`, builder: 'own', 'no-cache': 'true' })
  expect(again).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
  const local = await it.build({ images: 'example.com/named/local', builder: 'own', push: 'false' })
  expect(local).toMatchObject({ code: 0 })
  expect(it.run('example.com/named/local:v1')).toBe('hello\n')

  // The machine's own engine takes of several images the one that it can run, whatever its store.
  const both = { images, tags: 'v2', builder: 'own', platforms: BOTH, 'test-command': RUN }
  const elsewhere = await it.build(both, { DOCKER_HOST: '' })
  expect(elsewhere).toMatchObject({ code: 0 })
  expect(elsewhere.log).toMatch(/^hello$/m)
  await removeTestImages(TEST)
  await buildkit.close()
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
