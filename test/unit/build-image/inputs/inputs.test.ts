import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readInputs } from '../../../../actions/build-image/src/inputs/inputs.ts'

const IMAGES = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web'
let workspace: string
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'slipway-inputs-'))
  writeFileSync(join(workspace, 'key.pem'), 'x')
})
afterAll(() => rmSync(workspace, { recursive: true }))

const read = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) =>
  readInputs({
    GITHUB_WORKSPACE: workspace,
    GITHUB_SHA: 'c0ffee',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    ...env,
  })

test('defaults the tag to the commit and the context to the workspace', () => {
  expect(read({ images: IMAGES })).toMatchObject({
    destinations: [{ repository: { path: 'web' }, tags: ['c0ffee'] }],
    build: {
      context: workspace,
      file: join(workspace, 'Dockerfile'),
      engine: 'auto',
      reproducible: true,
      provenance: undefined,
    },
    push: true,
    skipUnchanged: true,
    promote: undefined,
    createRepository: undefined,
    scanGate: undefined,
  })
})

test('needs no destination to look up an image', () => {
  const inputs = read({ promote: 'ghcr.io/acme/web:v1', push: 'false' })
  expect(inputs).toMatchObject({ push: false, destinations: [], promote: { tag: 'v1' } })
})

test('applies each bare tag to each image, and a full reference to its own repository, without duplicates', () => {
  const { destinations } = read({
    images: 'ghcr.io/a/web, ghcr.io/b/web',
    tags: 'v1\nlatest, v1\nghcr.io/a/web:extra\ndocker.io/acme/web:v9',
  })
  expect(destinations.map(({ repository, tags }) => [`${repository.host}/${repository.path}`, ...tags])).toEqual([
    ['ghcr.io/a/web', 'v1', 'latest', 'extra'],
    ['ghcr.io/b/web', 'v1', 'latest'],
    ['docker.io/acme/web', 'v9'],
  ])
})

test('accepts full references in `tags` alone, as docker/build-push-action does', () => {
  expect(read({ tags: 'ghcr.io/acme/web:v1' }).destinations).toEqual([
    { repository: { host: 'ghcr.io', path: 'acme/web' }, tags: ['v1'] },
  ])
})

test('reads secrets from values, also of several lines, from variables and from files', () => {
  const { build } = read(
    {
      images: IMAGES,
      secrets: 'A=one=1\n"B=first\nsays ""hi"""\n',
      'secret-envs': 'C=MINE',
      'secret-files': 'D=key.pem',
    },
    { MINE: 'three' },
  )
  expect(build.secrets).toEqual([
    { kind: 'value', id: 'A', value: 'one=1' },
    { kind: 'value', id: 'B', value: 'first\nsays "hi"' },
    { kind: 'value', id: 'C', value: 'three' },
    { kind: 'file', id: 'D', file: join(workspace, 'key.pem') },
  ])
})

test.each<[Record<string, string>, string, string]>([
  [{}, 'images', 'Input `images` is missing.'],
  [{ tags: 'latest' }, 'tags', 'has `latest`, but `images` is not set.'],
  [{ images: IMAGES, tags: 'ghcr.io/acme/other:v1' }, 'images', 'which gets no tag: `tags` names other repositories.'],
  [{ push: 'false', tags: 'v1' }, 'tags', 'has `v1`, but `images` is not set.'],
  [{ images: IMAGES, push: 'false', 'max-size': '1 MB' }, 'max-size', 'is set, but `push` is false.'],
  [{ images: IMAGES, tags: 'a b' }, 'tags', 'has the tag `a b`, which is malformed.'],
  [{ images: IMAGES, tags: '.v1' }, 'tags', 'has the tag `.v1`'],
  [{ images: IMAGES, tags: 'ghcr.io/acme/web' }, 'tags', 'has `ghcr.io/acme/web`, which names no tag.'],
  [{ images: `${IMAGES}:v1` }, 'images', 'which has a tag or a digest.'],
  [{ images: 'https://ghcr.io/acme/web' }, 'images', 'begins with `https://`'],
  [{ images: 'ghcr.io/acme/Web' }, 'images', '`acme/Web` is malformed'],
  [{ images: IMAGES, 'build-args': 'JUST_A_NAME' }, 'build-args', '`JUST_A_NAME` is not of the form key=value'],
  [{ images: IMAGES, platforms: 'linux' }, 'platforms', 'has `linux`, which is not a platform.'],
  [{ images: IMAGES, engine: 'podman' }, 'engine', 'is `podman`, which is none of `auto`, `docker`, `buildx`.'],
  [{ images: IMAGES, engine: 'docker', 'cache-to': 'type=gha' }, 'engine', 'but `cache-to` needs buildx.'],
  [{ images: IMAGES, engine: 'docker', platforms: 'linux/amd64,linux/arm64' }, 'engine', 'needs buildx.'],
  [
    { images: IMAGES, 'cache-from': 'ghcr.io/acme/Web:cache' },
    'cache-from',
    'has `ghcr.io/acme/Web`, whose repository name `acme/Web` is malformed.',
  ],
  [
    { images: IMAGES, 'cache-to': 'type=registry,ref=https://ghcr.io/acme/web' },
    'cache-to',
    'has `https://ghcr.io/acme/web`, which begins with `https://`.',
  ],
  [
    { images: IMAGES, 'cache-to': 'dest=/tmp/x' },
    'cache-to',
    'has `dest=/tmp/x`, which names neither an image nor a type.',
  ],
  [{ images: IMAGES, sbom: 'scanner' }, 'sbom', 'is `scanner`, which is neither true nor false.'],
  [{ images: IMAGES, provenance: 'maybe' }, 'provenance', 'is `maybe`, which is neither true nor false.'],
  [{ images: IMAGES, 'max-size': '250' }, 'max-size', 'is `250`, which is not a size.'],
  [{ images: IMAGES, 'scan-gate': 'severe' }, 'scan-gate', 'is `severe`'],
  [
    { images: IMAGES, 'scan-gate': 'high', 'scan-timeout': 'soon' },
    'scan-timeout',
    'is `soon`, which is not a duration.',
  ],
  [{ images: IMAGES, registry: 'ghcr.io' }, 'username', 'is missing, though `registry` is set.'],
  [{ images: IMAGES, username: 'me' }, 'password', 'is missing; `username` and `password` go together.'],
  [{ images: IMAGES, password: 'hunter2hunter2' }, 'username', 'is missing; `username` and `password` go together.'],
  [{ images: IMAGES, promote: 'ghcr.io/acme/web' }, 'promote', 'names a repository, and neither tag nor digest.'],
  [
    { images: IMAGES, promote: 'ghcr.io/acme/web:v1', 'test-command': 'true' },
    'test-command',
    'together with `promote`',
  ],
  [{ images: IMAGES, push: 'false', 'scan-gate': 'high' }, 'scan-gate', 'is set, but `push` is false.'],
  [{ images: IMAGES, push: 'false', 'create-repository': 'true' }, 'create-repository', 'is set, but `push` is false.'],
  [{ images: IMAGES, 'repository-lifecycle-policy': 'keep 10' }, 'repository-lifecycle-policy', 'is not JSON.'],
  [{ images: IMAGES, 'repository-lifecycle-policy': '{}' }, 'repository-lifecycle-policy', 'has no list `rules`.'],
  [{ images: IMAGES, 'secret-envs': 'A=NOT_SET' }, 'secret-envs', 'the variable of entry 1 is not set.'],
  [{ images: IMAGES, 'secret-files': 'A=nowhere.pem' }, 'secret-files', 'the file of entry 1 cannot be read.'],
  [{ images: IMAGES, secrets: 'A=1\nA=2' }, 'secrets', 'has `A` twice.'],
])('refuses %j and names %s', (inputs, input, message) => {
  expect(() => read(inputs)).toThrow(
    expect.objectContaining({ input, message: expect.stringContaining(message), hint: expect.any(String) }),
  )
})

test.each([
  ['provenance', 'Write `true`, `false` or `mode=max`.'],
  ['sbom', 'Write `true`, `false` or `generator=IMAGE`.'],
  ['scan-gate', 'Use one of these, or leave the input out.'],
])('%s has a hint with all that it accepts', (input, hint) => {
  expect(() => read({ images: IMAGES, [input]: 'maybe' })).toThrow(expect.objectContaining({ input, hint }))
})

test.each([
  's3cr3t-without-a-name',
  'A=fine\ns3cr3t-without-a-name',
  '=s3cr3t-without-a-name',
  's3cr3t-without-a-name=',
])('gives the number of a malformed secret line, and not its text: %j', (secrets) => {
  for (const name of ['secrets', 'secret-envs', 'secret-files']) {
    let error: unknown
    try {
      read({ images: IMAGES, [name]: secrets })
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ input: expect.stringMatching(/^secret/) })
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t')
  }
})

test.each([
  ['DB_PASSWORD=correct-horse', 'whose name looks like a secret'],
  ['NPM_TOKEN=0123456789abcdef', 'whose name looks like a secret'],
  ['API_KEY=abcdefghijkl', 'whose name looks like a secret'],
  ['VERSION=ghp_0123456789abcdefghijABCDEFGHIJ012345', 'whose value looks like a secret'],
  ['CONFIG=-----BEGIN RSA PRIVATE KEY-----', 'whose value looks like a secret'],
  ['ID=AKIAIOSFODNN7EXAMPLE', 'whose value looks like a secret'],
  ['NPMRC=//registry.npmjs.org/:_authToken=npm_0123456789abcdefghijABCD', 'whose value looks like a secret'],
])('refuses the build argument %s with the reason and without the value', (line, reason) => {
  const value = line.slice(line.indexOf('=') + 1)
  expect(() => read({ images: IMAGES, 'build-args': line })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(reason), input: 'build-args' }),
  )
  expect(() => read({ images: IMAGES, 'build-args': line })).not.toThrow(value)
})

test.each([
  'VERSION=1.2.3',
  'SECRET_KEY_BASE=1',
  'TOKEN_TTL_SECONDS=3600',
  'SECRET_KEY_BASE=dummy-for-assets',
  'KEYBOARD=qwertyuiop',
  'TOKENIZER=sentencepiece',
])('accepts the build argument %s', (line) => {
  expect(read({ images: IMAGES, 'build-args': line }).build.buildArgs).toHaveLength(1)
})

test('defaults the platform to DOCKER_DEFAULT_PLATFORM, as docker build does', () => {
  const env = { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' }
  expect(read({ images: IMAGES }, env).build.platforms).toEqual(['linux/arm64'])
  expect(read({ images: IMAGES, platforms: 'linux/amd64' }, env).build.platforms).toEqual(['linux/amd64'])
  expect(() => read({ images: IMAGES }, { DOCKER_DEFAULT_PLATFORM: 'arm64' })).toThrow(
    'Input `platforms` is not set, and DOCKER_DEFAULT_PLATFORM is `arm64`, which is not a platform.',
  )
})

test('refuses an ECR repository outside of the expected account', () => {
  const inputs = { images: `${IMAGES}\nghcr.io/acme/web`, 'expected-account-id': '123456789012' }
  expect(read(inputs).expectedAccountId).toBe('123456789012')
  expect(read({ images: IMAGES }).expectedAccountId).toBeUndefined()
  expect(() => read({ ...inputs, 'expected-account-id': '12345' })).toThrow(
    'Input `expected-account-id` is `12345`, which is not an AWS account ID.',
  )
  expect(() => read({ ...inputs, 'expected-account-id': '999999999999' })).toThrow(
    `Input \`expected-account-id\` is 999999999999, but \`${IMAGES}\` is in account 123456789012.`,
  )
})

// All inputs of docker/build-push-action, by their names there.
const OF_THE_PEER = `add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call
  cgroup-parent context file labels load network no-cache no-cache-filters outputs platforms provenance pull push sbom secrets
  secret-envs secret-files shm-size ssh tags target ulimit github-token`.split(/\s+/)
const action = parse(readFileSync(new URL('../../../../actions/build-image/action.yml', import.meta.url), 'utf8')) as {
  readonly inputs: Readonly<Record<string, unknown>>
}
const notOurs = OF_THE_PEER.filter((name) => !(name in action.inputs) && name !== 'github-token')

test.each(notOurs)('the input %s of docker/build-push-action is refused, with what to do instead', (name) => {
  expect(() => read({ images: IMAGES, [name]: 'x' })).toThrow(
    expect.objectContaining({
      input: name,
      message: `Input \`${name}\` is not one of this action.`,
      hint: expect.stringMatching(/^(Use `|Remove it: )/),
    }),
  )
})

test('accepts inputs of docker/build-push-action that are off or have no effect', () => {
  expect(() => read({ images: IMAGES, load: 'false', 'github-token': 'x', outputs: '' })).not.toThrow()
})
