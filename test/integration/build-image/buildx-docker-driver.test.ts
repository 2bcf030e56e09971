// buildx with the Docker engine's own BuildKit, which script/bootstrap makes sure is there.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { removeTestImages } from '../../support/busybox-image.ts'
import { runStep, source } from '../../support/run-action.ts'
import { secretForms } from '../../support/secret-forms.ts'

const TEST = 'build-image-buildx'
const SECRETS = {
  token: 'tok-4f1b7c',
  pem: 'first-line-of-a-key\nsecond-line-of-a-key',
  env: 'from-env-9a8b7c',
  file: 'from-file-1d2e3f',
}

let registry: OciRegistry
let sources: ImageSources
let temp: string
let config: string
let searcher: Server
/** What a process list showed while the build ran. */
let processes = ''

beforeAll(async () => {
  registry = await startOciRegistry({ auth: true })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  config = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
  searcher = createServer((_, response) => {
    processes = execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' })
    response.end('seen\n')
  }).listen(0, '127.0.0.1')
  await once(searcher, 'listening')
  sources = imageSources(TEST, [
    'RUN --mount=type=secret,id=token --mount=type=secret,id=pem --mount=type=secret,id=env --mount=type=secret,id=file cat /run/secrets/* | busybox wc -c > /count && busybox printf %s-%s by-this step > /written',
    'ARG SEARCHER',
    'RUN busybox wget -q -O - http://$SEARCHER/',
    'CMD ["busybox", "cat", "/count"]',
  ])
  sources.write(
    'Dockerfile',
    readFileSync(join(sources.folder, 'Dockerfile'), 'utf8').replace('id=file cat', 'id=file busybox cat'),
  )
})
afterAll(async () => {
  await registry.close()
  searcher.close()
  sources.remove()
  await removeTestImages(TEST)
  for (const folder of [temp, config]) rmSync(folder, { recursive: true, force: true })
})

const tools = fileURLToPath(new URL('../../.rehearsal/tools', import.meta.url))
const run = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  runStep(source('build-image'), {
    inputs: { context: sources.folder, tags: 'v1', registry: registry.host, ...REGISTRY_USER, ...inputs },
    env: {
      GITHUB_SHA: '',
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      TMPDIR: temp,
      AWS_ENDPOINT_URL: '',
      PATH: `${process.env['PATH']}:${tools}`,
      DOCKER_CONFIG: config,
      ...env,
    },
  })

test('passes secrets to the build, and leaves them nowhere', async () => {
  const address = searcher.address()
  const port = typeof address === 'object' ? address?.port : 0
  writeFileSync(join(temp, 'secret.txt'), SECRETS.file)
  writeFileSync(join(config, 'config.json'), '{}')
  const inputs = {
    images: `${registry.host}/secret/web`,
    secrets: `token=${SECRETS.token}\n"pem=${SECRETS.pem}"`,
    'secret-envs': 'env=BUILD_TOKEN',
    'secret-files': `file=${join(temp, 'secret.txt')}`,
    'build-args': `SEARCHER=127.0.0.1:${port}`,
    network: 'host',
  }
  const step = await run(inputs, { BUILD_TOKEN: SECRETS.env })
  rmSync(join(temp, 'secret.txt'))
  expect(step).toMatchObject({ code: 0 })
  expect(step.log).toContain('Engine: buildx (a build secret needs it).')

  const { image = '' } = step.outputs
  writeFileSync(
    join(config, 'config.json'),
    JSON.stringify({
      auths: { [registry.host]: { auth: Buffer.from(Object.values(REGISTRY_USER).join(':')).toString('base64') } },
    }),
  )
  const docker = (...args: string[]) =>
    execFileSync('docker', ['--config', config, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const total = Object.values(SECRETS).join('').length
  expect(docker('run', '--rm', image).trim()).toBe(String(total))

  writeFileSync(join(config, 'config.json'), '{}')
  const places = {
    log: step.log.replace(/^::add-mask::.*$/gm, ''),
    outputs: JSON.stringify(step.outputs),
    state: JSON.stringify(step.state),
    summary: step.summary,
    history: docker('history', '--no-trunc', '--format', '{{json .}}', image),
    configuration: docker('inspect', image),
    content: execFileSync('sh', ['-c', 'docker save "$1" | tar -xOf - | strings -n 6', 'sh', image], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
    }),
    processes,
    files: filesBelow(temp) + filesBelow(config) + filesBelow(sources.folder),
  }
  expect(places.processes).toContain('buildx')
  expect(places.content.includes('by-this-step')).toBe(true)
  const login = secretForms(REGISTRY_USER.password, REGISTRY_USER.username)
  const secrets = Object.values(SECRETS).flatMap((secret) => [secret, ...secret.split('\n')])
  const forms = [...secrets.flatMap((secret) => secretForms(secret)), ...login]
  for (const [place, text] of Object.entries(places)) {
    expect({ place, leaks: forms.filter((form) => text.includes(form)) }).toEqual({ place, leaks: [] })
  }
  docker('image', 'rm', '--force', image)
})

/** The content of every file in a folder, without the busybox binary. */
function filesBelow(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'busybox')
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n')
}

test('builds to the same digest again with either engine', async () => {
  sources.write(
    'Dockerfile.plain',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN busybox date > /x && busybox rm /x\n`,
  )
  const inputs = { file: join(sources.folder, 'Dockerfile.plain'), engine: 'buildx', 'no-cache': 'true' }
  const first = await run({ ...inputs, images: `${registry.host}/again/a` })
  const second = await run({ ...inputs, images: `${registry.host}/again/b` })
  expect([first.code, second.code]).toEqual([0, 0])
  expect(first.log).toContain('Engine: buildx (set by input `engine`).')
  expect(second.outputs['digest']).toBe(first.outputs['digest'])
})

test('pulls a base image from a private registry without changing the user’s Docker configuration', async () => {
  const plain = { file: join(sources.folder, 'Dockerfile.base') }
  sources.write(
    'Dockerfile.base',
    `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo base > /base\n`,
  )
  expect(await run({ ...plain, images: `${registry.host}/private/base` })).toMatchObject({ code: 0 })
  execFileSync('docker', ['image', 'prune', '--force', '--filter', `label=slipway.test=${TEST}`], { stdio: 'ignore' })
  mkdirSync(join(config, 'contexts'), { recursive: true })
  // A store of the user's own, with another login for every registry there is.
  const own = JSON.stringify({ credHelpers: { 'example.com': 'none' }, credsStore: 'of-the-test' })
  writeFileSync(join(config, 'config.json'), own)
  const helpers = mkdtempSync(join(tmpdir(), 'slipway-helper-'))
  const script = `#!/bin/sh\necho '{"Username":"someone","Secret":"else"}'\n`
  writeFileSync(join(helpers, 'docker-credential-of-the-test'), script, { mode: 0o755 })
  for (const engine of ['buildx', 'docker']) {
    sources.write('Dockerfile.app', `FROM ${registry.host}/private/base:v1\nRUN echo ${engine} > /app\n`)
    const step = await run(
      {
        file: join(sources.folder, 'Dockerfile.app'),
        images: `${registry.host}/private/app`,
        tags: engine,
        engine,
      },
      { PATH: `${helpers}:${process.env['PATH']}:${tools}` },
    )
    expect(step).toMatchObject({ code: 0 })
  }
  rmSync(helpers, { recursive: true })
  expect(readFileSync(join(config, 'config.json'), 'utf8')).toBe(own)
  expect(readdirSync(temp)).toEqual([])
})

test('names a failed step, a missing builder and a missing buildx', async () => {
  sources.write('Dockerfile.bad', `FROM scratch\nCOPY busybox sh /bin/\nRUN echo on the way && busybox false\n`)
  const failed = await run({
    file: join(sources.folder, 'Dockerfile.bad'),
    images: `${registry.host}/bad/web`,
    engine: 'buildx',
  })
  expect(failed.code).toBe(1)
  expect(failed.log.match(/on the way$/gm)).toHaveLength(1)
  expect(failed.log).toMatch(/::error::The build failed: .*RUN echo on the way && busybox false/)

  const builder = await run({ images: `${registry.host}/bad/web`, builder: 'nobody' })
  expect(builder.log).toMatch(/buildx has no builder to use: .*nobody/)

  const none = await run({ images: `${registry.host}/bad/web`, engine: 'buildx' }, { PATH: '/nowhere' })
  expect(none.log).toContain('This build needs buildx, which is not installed on this machine.')
  expect(await registry.tags('bad/web')).toEqual([])
})
