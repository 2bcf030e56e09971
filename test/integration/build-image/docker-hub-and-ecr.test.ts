// Docker Hub, ECR public, and ECR under AWS's host names, by stand-ins for their hosts with the documented wire format.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { type ImageSources, imageSources } from '../../support/build-image/image-sources.ts'
import { type OciRegistry, REGISTRY_USER, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { type TokenRegistry, tokenRegistry } from '../../support/build-image/token-registry.ts'
import { busyboxImage, removeTestImages } from '../../support/busybox-image.ts'
import { type Internet, pass, startInternet } from '../../support/internet.ts'
import { runStep, source } from '../../support/run-action.ts'
import { answerJson, scriptedServer } from '../../support/scripted-server.ts'
import { secretForms } from '../../support/secret-forms.ts'

const TEST = 'build-image-registries'
const HUB_USER = { username: 'acme', password: 'dckr_pat_a-token-of-the-test' }
const PUBLIC_USER = { username: 'AWS', password: 'a-password-of-ecr-public' }
const ACCOUNTS = ['111111111111', '222222222222'] as const
const CONFIG = '{"auths":{"ghcr.io":{"auth":"c29tZTpvbmU="}}}'

const HERE = `${ACCOUNTS[0]}.dkr.ecr.us-east-1.amazonaws.com`
const THERE = `${ACCOUNTS[1]}.dkr.ecr.us-east-1.amazonaws.com`
const ABROAD = `${ACCOUNTS[0]}.dkr.ecr.eu-west-1.amazonaws.com`

let hubStore: OciRegistry
let publicStore: OciRegistry
let plain: OciRegistry
let hub: TokenRegistry
let gallery: TokenRegistry
let internet: Internet
let cloud: Cloud
let publicApi: Awaited<ReturnType<typeof scriptedServer>>
/** What ECR public's API says instead of a token. */
let publicRefusal: object | undefined
/** The rehearsal's ECR has a loopback address for each registry, once there is a repository in it. */
const addresses = new Map<string, string>()
/** What was asked of ECR's registries. */
const ecrRequests: string[] = []
let sources: ImageSources
let temp: string
let config: string
/** What anyone on this machine can see while it goes on: every process's arguments, and the files there are. */
let seen = ''

const look = () => {
  seen += execFileSync('ps', ['-eo', 'args', 'ww'], { encoding: 'utf8' })
  for (const folder of [temp, config]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const { parentPath, name } of files) seen += readFileSync(join(parentPath, name), 'latin1')
  }
}

beforeAll(async () => {
  ;[hubStore, publicStore, plain, cloud] = await Promise.all([
    startOciRegistry(),
    startOciRegistry(),
    startOciRegistry(),
    startCloud({ account: ACCOUNTS[0] }),
  ])
  hub = tokenRegistry(hubStore, {
    realm: 'https://auth.docker.io/token',
    service: 'registry.docker.io',
    user: HUB_USER,
    downloads: 'production.cloudflare.docker.com',
    onLogin: look,
  })
  gallery = tokenRegistry(publicStore, {
    realm: 'https://public.ecr.aws/token/',
    service: 'public.ecr.aws',
    scope: 'aws',
    user: PUBLIC_USER,
    downloads: 'd5l0dvt14r5h8.cloudfront.net',
    onLogin: look,
  })
  publicApi = await scriptedServer(({ headers }, response) => {
    expect(headers['x-amz-target']).toBe('SpencerFrontendService.GetAuthorizationToken')
    expect(headers.authorization).toContain('/us-east-1/ecr-public/aws4_request')
    if (publicRefusal !== undefined) return answerJson(response, 400, publicRefusal)
    const authorizationToken = Buffer.from(Object.values(PUBLIC_USER).join(':')).toString('base64')
    answerJson(response, 200, { authorizationData: { authorizationToken, expiresAt: Date.now() / 1000 + 43_200 } })
  })
  internet = await startInternet({
    'registry-1.docker.io': hub.registry,
    'auth.docker.io': hub.tokens,
    'production.cloudflare.docker.com': hub.downloads,
    'public.ecr.aws': (request, response) =>
      (request.url?.startsWith('/token/') ? gallery.tokens : gallery.registry)(request, response),
    'd5l0dvt14r5h8.cloudfront.net': gallery.downloads,
    ...Object.fromEntries(
      [HERE, THERE, ABROAD].map((name) => [
        name,
        (request: Parameters<typeof pass>[0], response: Parameters<typeof pass>[1]) => {
          ecrRequests.push(`${request.method} ${name}${request.url}`)
          if (request.method === 'POST' || request.method === 'PUT') look()
          pass(request, response, { port: Number(new URL(cloud.url).port), host: addresses.get(name) ?? '' })
        },
      ]),
    ),
  })
  temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'))
  config = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
  writeFileSync(join(config, 'config.json'), CONFIG)
  sources = imageSources(TEST, ['CMD ["busybox", "true"]'])
})
afterAll(async () => {
  await internet.close()
  for (const server of [hubStore, publicStore, plain, cloud, publicApi]) await server.close()
  sources.remove()
  await removeTestImages(TEST)
  for (const folder of [temp, config]) rmSync(folder, { recursive: true, force: true })
})

const run = async (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
  seen = ''
  const step = await runStep(source('build-image'), {
    inputs: { ...(inputs['promote'] === undefined ? { context: sources.folder } : {}), tags: 'v1', ...inputs },
    env: {
      AWS_ACCESS_KEY_ID: '',
      AWS_ENDPOINT_URL: '',
      SOURCE_DATE_EPOCH: '1700000000',
      RUNNER_TEMP: temp,
      DOCKER_CONFIG: config,
      ...internet.env,
      ...env,
    },
  })
  // Wherever it pushed to: the user's own configuration is as it was, and no file is left.
  expect(readFileSync(join(config, 'config.json'), 'utf8')).toBe(CONFIG)
  expect([readdirSync(config), readdirSync(temp)]).toEqual([['config.json'], []])
  expect(internet.unknown).toEqual([])
  return step
}

const AWS = { AWS_ACCESS_KEY_ID: ACCOUNTS[0], AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }

/** Neither while someone logged in or pushed nor in the log. */
function expectNoLeak(log: string, { username, password }: { readonly username: string; readonly password: string }) {
  expect(seen).toContain('src/index.ts')
  const all = log.replace(/^::add-mask::.*$/gm, '') + seen
  expect(secretForms(password, username).filter((form) => all.includes(form))).toEqual([])
}

describe('Docker Hub (a stand-in for its registry, its token server and its download host)', () => {
  test('is pushed to by each of its names, and pulled from with a login for each', async () => {
    const pushed = await run({ images: 'acme/web\nindex.docker.io/acme/api', ...HUB_USER })
    expect(pushed).toMatchObject({ code: 0 })
    expect(pushed.outputs['image']).toBe(`docker.io/acme/web@${pushed.outputs['digest']}`)
    for (const name of ['acme/web', 'acme/api']) {
      expect(await hubStore.digest(name, 'v1')).toBe(pushed.outputs['digest'])
      expect(hub.logins).toContainEqual({ username: 'acme', scope: `repository:${name}:pull,push` })
    }
    expectNoLeak(pushed.log, HUB_USER)

    const from = hub.logins.length
    const promoted = await run({ promote: 'acme/web:v1', images: `${plain.host}/acme/web` })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest: pushed.outputs['digest'] } })
    expect(await plain.digest('acme/web', 'v1')).toBe(pushed.outputs['digest'])
    expect(hub.logins.slice(from)).toEqual([{ username: undefined, scope: 'repository:acme/web:pull' }])
  })

  test('a layer of another repository there is taken from it, with a token for both', async () => {
    const images = 'acme/whole'
    const pushed = await run({ images, ...HUB_USER })
    const from = hub.logins.length
    const promoted = await run({ promote: `${images}:v1`, images: 'acme/parts', ...HUB_USER })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest: pushed.outputs['digest'] } })
    expect(promoted.log).toMatch(/docker\.io\/acme\/parts: .*mounted/)
    expect(hub.logins.slice(from).map(({ scope }) => scope)).toEqual([
      'repository:acme/whole:pull',
      'repository:acme/parts:pull,push',
      'repository:acme/parts:pull',
      'repository:acme/parts:pull,push repository:acme/whole:pull',
    ])
  })

  test('a credential helper that an earlier step set up is asked for its login', async () => {
    const own = mkdtempSync(join(tmpdir(), 'slipway-helper-'))
    writeFileSync(join(own, 'config.json'), '{"credHelpers":{"https://index.docker.io/v1/":"of-the-test"}}')
    const login = JSON.stringify({ Username: HUB_USER.username, Secret: HUB_USER.password })
    const script = `#!/bin/sh\nread -r key; test "$1 $key" = 'get https://index.docker.io/v1/' && echo '${login}'\n`
    writeFileSync(join(own, 'docker-credential-of-the-test'), script, { mode: 0o755 })
    const PATH = `${own}:${process.env['PATH']}`
    const step = await run({ images: 'acme/helped' }, { DOCKER_CONFIG: own, PATH })
    rmSync(own, { recursive: true })
    expect(step).toMatchObject({ code: 0 })
    expect(step.log).toContain(`::add-mask::${HUB_USER.password}`)
    expectNoLeak(step.log, HUB_USER)
  })

  test('an official image is in `library`', async () => {
    const { digest } = (await run({ images: 'library/tiny', ...HUB_USER })).outputs
    const promoted = await run({ promote: `tiny@${digest}`, images: `${plain.host}/library/tiny` })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest } })
    expect(promoted.log).toContain(`Promoting docker.io/library/tiny@${digest}.`)
  })

  test('without a login, and with a wrong one, the push is refused before anything is built, and says what to do', async () => {
    const none = await run({ images: 'acme/web' })
    expect(none.code).toBe(1)
    expect(none.log).toContain('Could not push to docker.io/acme/web. The registry says: 401 UNAUTHORIZED')
    expect(none.log).toContain('Next: Log in to this registry: set `registry`, `username` and `password`')
    const unknown = { username: 'acme', password: 'not-the-token-of-the-test' }
    const wrong = await run({ images: 'acme/web', ...unknown })
    expect(wrong.code).toBe(1)
    expect(wrong.log).toMatch(/was refused by auth\.docker\.io: 401/)
    expect(wrong.log).toContain('Check the user name `acme` and its password or access token.')
    expectNoLeak(wrong.log, unknown)
    for (const { log } of [none, wrong]) expect(log).not.toContain('Engine:')
  })

  test('a token that expires on the way is replaced', async () => {
    const expiry = await scriptedServer((_, response) => {
      hub.expire()
      answerJson(response, 200, {})
    })
    const step = await run({
      images: 'acme/late',
      ...HUB_USER,
      'no-cache': 'true',
      'test-command': `busybox wget -q -O - ${expiry.url}`,
    })
    await expiry.close()
    expect(step).toMatchObject({ code: 0 })
    expect(step.log).toMatch(/Could not look up docker\.io\/acme\/late@sha256:\w+: 401\. Attempt 2 of 5 in 0 ms\./)
    expect(await hubStore.digest('acme/late', 'v1')).toBe(step.outputs['digest'])
  })
})

describe('ECR public (a stand-in for its registry and its API)', () => {
  const env = { ...AWS, AWS_ENDPOINT_URL_ECR_PUBLIC: '' }
  afterEach(() => {
    publicRefusal = undefined
  })

  test('is pushed to with a token from its own API, which is in us-east-1 alone', async () => {
    const step = await run(
      { images: 'public.ecr.aws/a1b2c3d4/web' },
      { ...env, AWS_ENDPOINT_URL_ECR_PUBLIC: publicApi.url },
    )
    expect(step).toMatchObject({ code: 0 })
    expect(publicApi.seen).toHaveLength(1)
    expect(await publicStore.digest('a1b2c3d4/web', 'v1')).toBe(step.outputs['digest'])
    expect(gallery.logins).toContainEqual({ username: 'AWS', scope: 'repository:a1b2c3d4/web:pull,push' })
    expectNoLeak(step.log, PUBLIC_USER)

    const promoted = await run({ promote: step.outputs['image'] ?? '', images: `${plain.host}/public/web` })
    expect(promoted).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
    expect(gallery.logins.at(-1)).toEqual({ username: undefined, scope: 'repository:a1b2c3d4/web:pull' })
  })

  test.each([
    ['a role that may not', 'AccessDeniedException', 'not authorized to perform: ecr-public:GetAuthorizationToken'],
    ['another partition', 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
  ])('%s log in to it pulls without a login, and gets an error when it pushes', async (_, name, message) => {
    const aws = { ...env, AWS_ENDPOINT_URL_ECR_PUBLIC: publicApi.url }
    const images = `public.ecr.aws/a1b2c3d4/${name.toLowerCase()}`
    const { digest } = (await run({ images }, aws)).outputs

    publicRefusal = { __type: name, message }
    const promoted = await run({ promote: `${images}:v1`, images: `${plain.host}/public/pulled` }, aws)
    expect(promoted).toMatchObject({ code: 0, outputs: { digest } })
    expect(promoted.log).toContain(`${name}: ${message}`)
    expect(promoted.log).toContain('Continuing without a login, which pulling does not need.')

    // A base of that name that the engine has, as it cannot reach the stand-in.
    execFileSync('docker', ['tag', await busyboxImage(TEST), `${images}:base`])
    sources.write('Dockerfile.public', `FROM ${images}:base\nRUN echo ${name} > /public\n`)
    const file = join(sources.folder, 'Dockerfile.public')
    const built = await run({ images: `${plain.host}/public/built`, file, tags: name }, aws)
    expect(built).toMatchObject({ code: 0, outputs: { digest: await plain.digest('public/built', name) } })

    const asked = gallery.logins.length
    const pushed = await run({ images, tags: 'v2' }, aws)
    expect(pushed.code).toBe(1)
    expect(pushed.log).toContain(`Pushing to ${images} needs a login, and there is none.`)
    expect(pushed.log).toContain('ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken')
    expect(pushed.log).not.toContain('Engine:')
    expect(gallery.logins).toHaveLength(asked)
  })

  test('without AWS credentials it is pushed to with the login that an earlier step left', async () => {
    const own = mkdtempSync(join(tmpdir(), 'slipway-login-'))
    const auth = Buffer.from(Object.values(PUBLIC_USER).join(':')).toString('base64')
    writeFileSync(join(own, 'config.json'), JSON.stringify({ auths: { 'public.ecr.aws': { auth } } }))
    const step = await run({ images: 'public.ecr.aws/a1b2c3d4/saved' }, { DOCKER_CONFIG: own })
    rmSync(own, { recursive: true })
    expect(step).toMatchObject({ code: 0 })
    expect(await publicStore.digest('a1b2c3d4/saved', 'v1')).toBe(step.outputs['digest'])
  })
})

describe('ECR under AWS’s host names (the rehearsal’s ECR behind them)', () => {
  const env = () => ({ ...AWS, AWS_ENDPOINT_URL_ECR: cloud.url })
  const createRepository = async (host: string, repositoryName: string) => {
    const [accessKeyId = '', , , region = ''] = host.split('.')
    const ecr = new ECRClient({ endpoint: cloud.url, region, credentials: { accessKeyId, secretAccessKey: 'x' } })
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName }))
    addresses.set(host, repository?.repositoryUri?.split('/')[0] ?? '')
    return ecr
  }
  const logins = () => cloud.journal.entries('api').filter((call) => call['action'] === 'GetAuthorizationToken')

  test('each registry gets a token of its own, which stays in memory', async () => {
    const images = [HERE, THERE].map((host) => `${host}/team/web`)
    await createRepository(HERE, 'team/web')
    const theirs = await createRepository(THERE, 'team/web')
    // The second account lets the first one push.
    const Principal = { AWS: `arn:aws:iam::${ACCOUNTS[0]}:root` }
    const policyText = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'ecr:*' }] })
    await theirs.send(new SetRepositoryPolicyCommand({ repositoryName: 'team/web', policyText }))
    const step = await run({ images: images.join('\n') }, env())
    expect(step).toMatchObject({ code: 0 })
    expect(JSON.parse(step.outputs['images'] ?? '')).toEqual(
      images.map((image) => `${image}@${step.outputs['digest']}`),
    )
    expect(logins()).toHaveLength(2)
    // Token and password of each are masked before they are used.
    const masked = [...step.log.matchAll(/^::add-mask::(.*)$/gm)].map(([, secret = '']) => secret)
    expect(masked).toHaveLength(4)
    for (const password of masked) expectNoLeak(step.log, { username: 'AWS', password })
  })

  test('an image is promoted from one region to another, with a login for each, and only what is missing there is sent', async () => {
    const ecr = await createRepository(ABROAD, 'abroad/web')
    await createRepository(HERE, 'abroad/web')
    const blobs = async (imageTag: string) => {
      const command = new BatchGetImageCommand({ repositoryName: 'abroad/web', imageIds: [{ imageTag }] })
      const { config, layers } = JSON.parse((await ecr.send(command)).images?.[0]?.imageManifest ?? '')
      return [config, ...layers].map(({ digest }: { digest: string }) => digest)
    }
    const ship = async (tags: string, file: string) => {
      const built = await run({ images: `${ABROAD}/abroad/web`, tags, file: join(sources.folder, file) }, env())
      expect(built).toMatchObject({ code: 0 })
      const [from, before] = [ecrRequests.length, logins().length]
      const promote = `${ABROAD}/abroad/web:${tags}`
      const promoted = await run({ promote, images: `${HERE}/abroad/web`, tags }, env())
      expect(promoted).toMatchObject({ code: 0, outputs: { digest: built.outputs['digest'] } })
      const regions = logins()
        .slice(before)
        .map(({ region }) => region)
      expect(regions.toSorted()).toEqual(['eu-west-1', 'us-east-1'])
      return ecrRequests.slice(from).map(decodeURIComponent)
    }
    /** The blobs in what was asked, each once. */
    const digests = (requests: readonly string[], kind: RegExp) => {
      const found = requests.filter((request) => kind.test(request))
      return [...new Set(found.map((request) => /sha256:\w{64}$/.exec(request)?.[0]))].toSorted()
    }
    sources.write(
      'Dockerfile.more',
      `FROM scratch\nCOPY busybox sh /bin/\nLABEL slipway.test=${TEST}\nRUN echo more > /more\n`,
    )
    const sent = new RegExp(`^PUT ${HERE}/.*/blobs/`)
    const read = new RegExp(`^GET ${ABROAD}/.*/blobs/`)
    const first = await ship('v1', 'Dockerfile')
    const all = await blobs('v1')
    expect(digests(first, sent)).toEqual(all.toSorted())
    const second = await ship('v2', 'Dockerfile.more')
    const missing = (await blobs('v2')).filter((digest) => !all.includes(digest)).toSorted()
    expect(missing).toHaveLength(2)
    expect([digests(second, sent), digests(second, read)]).toEqual([missing, missing])
  })
})

test('a registry that is none of these gets the login of the inputs, and no other does', async () => {
  const closed = await startOciRegistry({ auth: true })
  const from = hub.logins.length
  const images = `${closed.host}/mixed/web\nacme/mixed`
  const step = await run({ images, registry: closed.host, ...REGISTRY_USER })
  expect(step.code).toBe(1)
  expect(step.log).toContain('Could not push to docker.io/acme/mixed. The registry says: 401')
  expect(new Set(hub.logins.slice(from).map(({ username }) => username))).toEqual(new Set([undefined]))
  await closed.close()
})
