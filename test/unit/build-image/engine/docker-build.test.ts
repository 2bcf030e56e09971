import { once } from 'node:events'
import { Readable } from 'node:stream'
import Docker from 'dockerode'
import { buildWithDocker, type DockerBuild } from '../../../../actions/build-image/src/engine/docker-build.ts'
import { CancelledError, InputError } from '../../../../toolkit/errors.ts'
import { type EngineServer, progress, startEngineServer } from '../../../support/build-image/engine-server.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const ID = `sha256:${'1'.repeat(64)}`
const BUILT = progress({ stream: 'Step 1/1 : FROM scratch\n' }, { stream: ' ---> 0123456789ab\n' }, { aux: { ID } })
const BUILD: DockerBuild = {
  context: Readable.from([]),
  dockerfile: 'Dockerfile',
  buildArgs: [],
  labels: [],
  target: undefined,
  platform: undefined,
  network: undefined,
  noCache: false,
  pull: false,
  logins: new Map(),
}
let engine: EngineServer
afterEach(() => engine.close())

async function build(answer: Parameters<typeof startEngineServer>[0][string], of: Partial<DockerBuild> = {}) {
  engine = await startEngineServer({ 'POST /build': answer })
  const { world, lines } = recordingWorld({})
  const context = Readable.from([Buffer.from('the context')])
  const result = buildWithDocker(new Docker(), { ...BUILD, context, ...of }, world)
  return { result, lines }
}

test('sends the context, and returns the image of the last message', async () => {
  const { result, lines } = await build(BUILT)
  expect(await result).toEqual({ id: ID, steps: [{ title: 'FROM scratch', cached: false, ms: 0 }] })
  expect(engine.requests[0]?.body.toString()).toBe('the context')
  expect(lines[0]).toBe('[1/1] FROM scratch')
})

test('asks for no more than the inputs name', async () => {
  await (await build(BUILT)).result
  const { query, headers } = engine.requests[0] ?? {}
  expect(Object.fromEntries(query ?? [])).toEqual({
    dockerfile: 'Dockerfile',
    buildargs: '{}',
    labels: '{}',
    rm: 'true',
    forcerm: 'true',
  })
  expect(headers).not.toHaveProperty('x-registry-config')
})

test('passes every input to the engine', async () => {
  const of = {
    dockerfile: 'docker/prod.Dockerfile',
    buildArgs: [{ key: 'A', value: '1' }],
    labels: [{ key: 'l', value: 'v' }],
    target: 'app',
    platform: 'linux/arm64',
    network: 'none',
    noCache: true,
    pull: true,
  }
  await (await build(BUILT, of)).result
  expect(Object.fromEntries(engine.requests[0]?.query ?? [])).toMatchObject({
    dockerfile: 'docker/prod.Dockerfile',
    buildargs: '{"A":"1"}',
    labels: '{"l":"v"}',
    target: 'app',
    platform: 'linux/arm64',
    networkmode: 'none',
    nocache: 'true',
    pull: 'true',
  })
})

test('sends logins in a header, in base64 for URLs, under the names that Docker has for their hosts', async () => {
  const logins = new Map([
    ['docker.io', { username: 'me', password: 'ÿ?>~' }],
    ['ghcr.io', { username: 'you', password: 'two' }],
  ])
  await (await build(BUILT, { logins })).result
  const { query, headers } = engine.requests[0] ?? {}
  const header = String(headers?.['x-registry-config'])
  expect(header).toMatch(/^[\w-]+=*$/)
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
    'https://index.docker.io/v1/': { username: 'me', password: 'ÿ?>~' },
    'ghcr.io': { username: 'you', password: 'two' },
  })
  expect(String(query)).not.toContain('registryconfig')
})

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
// The engine decodes with Go's base64.URLEncoding, which wants the padding, and ignores logins that it cannot decode.
test.each([
  ...['u', 'u1', 'u12', 'u123'].map((user) => ['ghcr.io', user, 'secret'] as const),
  ...['ü', 'ü1', 'ü12'].map((user) => ['docker.io', user, '~~~???ÿÿÿ>>>'] as const),
  ...[1868, 1869, 1870].map((length) => [ECR, 'AWS', '?>~/'.repeat(500).slice(0, length)] as const),
])('pads the login for %s of the user %s', async (host, username, password) => {
  const login = { username, password }
  await (await build(BUILT, { logins: new Map([[host, login]]) })).result
  const header = String(engine.requests[0]?.headers['x-registry-config'])
  const name = host === 'docker.io' ? 'https://index.docker.io/v1/' : host
  const standard = Buffer.from(JSON.stringify({ [name]: login })).toString('base64')
  expect(header).toBe(standard.replaceAll('+', '-').replaceAll('/', '_'))
})

test('logs the progress of a pull as a whole, without the lines of single layers', async () => {
  const { result, lines } = await build(
    progress({ status: 'Pulling from library/alpine', id: '3' }, { status: 'Digest: sha256:2' }) + BUILT,
  )
  await result
  expect(lines).toContain('    Digest: sha256:2')
  expect(lines.join('\n')).not.toContain('Pulling from')
})

test.each([
  ['pull access denied for acme/base', 'log in to its registry'],
  ['Head "https://ghcr.io/v2/acme/base/manifests/1": no basic auth credentials', 'log in to its registry'],
  ['manifest unknown: no such tag', 'log in to its registry'],
  ['COPY failed: file not found in build context', '.dockerignore'],
  ['lstat app: no such file or directory', '.dockerignore'],
  ["The command '/bin/sh -c make' returned a non-zero code: 2", 'See the output of the step above'],
])('names the step that failed with `%s`, and what to do', async (message, hint) => {
  const { result } = await build(
    progress(
      { stream: 'Step 1/2 : FROM scratch\n' },
      { stream: 'Step 2/2 : RUN make\n' },
      { errorDetail: { message } },
    ),
  )
  await expect(result).rejects.toMatchObject({
    message: `The build failed at \`RUN make\`: ${message}`,
    hint: expect.stringContaining(hint),
  })
})

test('a refusal before the first step names no step', async () => {
  const { result } = await build((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"dockerfile parse error line 1"}')
  })
  await expect(result).rejects.toThrow(/^The build failed: .*dockerfile parse error line 1/)
})

test('a stream that ends without an image is an error', async () => {
  const { result } = await build(progress({ stream: 'Step 1/2 : FROM scratch\n' }))
  await expect(result).rejects.toMatchObject({
    message: 'The Docker engine ended the build without an image.',
    hint: expect.stringContaining('Run the step again'),
  })
})

test('keeps the error of a message that is cut off', async () => {
  const { result } = await build('{"stream":"Step 1/2 : FR')
  await expect(result).rejects.toThrow('The Docker engine stopped in the middle of a message')
})

test.each([
  ['before the engine answers', false],
  ['after the engine has begun to answer', true],
])('a context that cannot be read ends the build with its own error, %s', async (_, answered) => {
  const unreadable = new InputError('context', 'has `a`, which cannot be read.', { hint: 'Make it readable.' })
  const context = new Readable({ read: () => {} })
  context.push('the first file')
  const log = recordingWorld({}).world.log
  const info = () => void context.destroy(unreadable)
  engine = await startEngineServer({}, (response) => {
    if (answered) response.write(progress({ stream: 'Step 1/2 : FROM scratch\n' }))
    else info()
  })
  const { world } = recordingWorld({}, { log: { ...log, info } })
  await expect(buildWithDocker(new Docker(), { ...BUILD, context }, world)).rejects.toBe(unreadable)
})

test('a context that failed before the build ends it with its own error', async () => {
  const unreadable = new InputError('context', 'has `a`, which cannot be read.', { hint: 'Make it readable.' })
  const context = new Readable({ read: () => {} }).destroy(unreadable)
  await once(context, 'error')
  const { result } = await build(BUILT, { context })
  await expect(result).rejects.toBe(unreadable)
  expect(engine.requests).toEqual([])
})

test('a cancel ends the build with the reason of the cancel', async () => {
  const cancellation = new AbortController()
  const asked = Promise.withResolvers<void>()
  engine = await startEngineServer({
    'POST /build': (_, response) => {
      response.write(progress({ stream: 'Step 1/2 : FROM scratch\n' }))
      asked.resolve()
    },
  })
  const { world } = recordingWorld({}, { signal: cancellation.signal })
  const context = Readable.from([Buffer.from('the context')])
  const result = buildWithDocker(new Docker(), { ...BUILD, context }, world)
  result.catch(() => {})
  await asked.promise
  const reason = new CancelledError('The run was cancelled (SIGINT).')
  cancellation.abort(reason)
  await expect(result).rejects.toBe(reason)
})

test('reports the intermediate image of each step', async () => {
  const images: string[] = []
  await (await build(BUILT, { onImage: ({ id, title }) => void images.push(`${id} ${title}`) })).result
  expect(images).toEqual(['0123456789ab FROM scratch'])
})
