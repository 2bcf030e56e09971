// The ECR public gallery, by stand-ins for its registry and its API, which speak their documented wire format.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OciRegistry, startOciRegistry } from '../../support/build-image/oci-registry.ts'
import { type RemoteBuild, startRemoteBuild } from '../../support/build-image/remote-build.ts'
import { type TokenRegistry, tokenRegistry } from '../../support/build-image/token-registry.ts'
import { busyboxImage } from '../../support/busybox-image.ts'
import { answerJson, scriptedServer } from '../../support/scripted-server.ts'

const TEST = 'build-image-ecr-public'
const PUBLIC_USER = { username: 'AWS', password: 'a-password-of-ecr-public' }
const AWS = { AWS_ACCESS_KEY_ID: '111111111111', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }

let publicStore: OciRegistry
let gallery: TokenRegistry
let publicApi: Awaited<ReturnType<typeof scriptedServer>>
/** The API's answer in place of a token. */
let publicRefusal: object | undefined
let build: RemoteBuild

beforeAll(async () => {
  publicStore = await startOciRegistry()
  publicApi = await scriptedServer(({ headers }, response) => {
    expect(headers['x-amz-target']).toBe('SpencerFrontendService.GetAuthorizationToken')
    expect(headers.authorization).toContain('/us-east-1/ecr-public/aws4_request')
    if (publicRefusal !== undefined) return answerJson(response, 400, publicRefusal)
    const authorizationToken = Buffer.from(Object.values(PUBLIC_USER).join(':')).toString('base64')
    answerJson(response, 200, { authorizationData: { authorizationToken, expiresAt: Date.now() / 1000 + 43_200 } })
  })
  build = await startRemoteBuild(TEST, (look) => {
    gallery = tokenRegistry(publicStore, {
      realm: 'https://public.ecr.aws/token/',
      service: 'public.ecr.aws',
      scope: 'aws',
      user: PUBLIC_USER,
      downloads: 'd5l0dvt14r5h8.cloudfront.net',
      onLogin: look,
    })
    return {
      'public.ecr.aws': (request, response) =>
        (request.url?.startsWith('/token/') ? gallery.tokens : gallery.registry)(request, response),
      'd5l0dvt14r5h8.cloudfront.net': gallery.downloads,
    }
  })
})
afterAll(async () => {
  await build.close()
  for (const server of [publicStore, publicApi]) await server.close()
})
afterEach(() => {
  publicRefusal = undefined
})

test('pushes with a token from the API in us-east-1, and pulls without one', async () => {
  const step = await build.run(
    { images: 'public.ecr.aws/a1b2c3d4/web' },
    { ...AWS, AWS_ENDPOINT_URL_ECR_PUBLIC: publicApi.url },
  )
  expect(step).toMatchObject({ code: 0 })
  expect(publicApi.seen).toHaveLength(1)
  expect(await publicStore.digest('a1b2c3d4/web', 'v1')).toBe(step.outputs['digest'])
  expect(gallery.logins).toContainEqual({ username: 'AWS', scope: 'repository:a1b2c3d4/web:pull,push' })
  build.expectNoLeak(step.log, PUBLIC_USER)

  const promoted = await build.run({ promote: step.outputs['image'] ?? '', images: `${build.plain.host}/public/web` })
  expect(promoted).toMatchObject({ code: 0, outputs: { digest: step.outputs['digest'] } })
  expect(gallery.logins.at(-1)).toEqual({ username: undefined, scope: 'repository:a1b2c3d4/web:pull' })
})

test.each([
  [
    'a role without permission to log in',
    'AccessDeniedException',
    'not authorized to perform: ecr-public:GetAuthorizationToken',
  ],
  [
    'credentials of another AWS partition',
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
])('pulls without a login with %s, and refuses to push', async (_, name, message) => {
  const aws = { ...AWS, AWS_ENDPOINT_URL_ECR_PUBLIC: publicApi.url }
  const images = `public.ecr.aws/a1b2c3d4/${name.toLowerCase()}`
  const { digest } = (await build.run({ images }, aws)).outputs

  publicRefusal = { __type: name, message }
  const promoted = await build.run({ promote: `${images}:v1`, images: `${build.plain.host}/public/pulled` }, aws)
  expect(promoted).toMatchObject({ code: 0, outputs: { digest } })
  expect(promoted.log).toContain(`${name}: ${message}`)
  expect(promoted.log).toContain('Continuing without a login, which pulling does not need.')

  // A base of that name that the engine has, as it cannot reach the stand-in.
  execFileSync('docker', ['tag', await busyboxImage(TEST), `${images}:base`])
  build.sources.write('Dockerfile.public', `FROM ${images}:base\nRUN echo ${name} > /public\n`)
  const file = join(build.sources.folder, 'Dockerfile.public')
  const built = await build.run({ images: `${build.plain.host}/public/built`, file, tags: name }, aws)
  expect(built).toMatchObject({ code: 0, outputs: { digest: await build.plain.digest('public/built', name) } })

  const asked = gallery.logins.length
  const pushed = await build.run({ images, tags: 'v2' }, aws)
  expect(pushed.code).toBe(1)
  expect(pushed.log).toContain(`Pushing to ${images} needs a login, and there is none.`)
  expect(pushed.log).toContain('ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken')
  expect(pushed.log).not.toContain('Engine:')
  expect(gallery.logins).toHaveLength(asked)
})

test('pushes with the login that an earlier step saved when there are no AWS credentials', async () => {
  const own = mkdtempSync(join(tmpdir(), 'slipway-login-'))
  const auth = Buffer.from(Object.values(PUBLIC_USER).join(':')).toString('base64')
  writeFileSync(join(own, 'config.json'), JSON.stringify({ auths: { 'public.ecr.aws': { auth } } }))
  const step = await build.run({ images: 'public.ecr.aws/a1b2c3d4/saved' }, { DOCKER_CONFIG: own })
  rmSync(own, { recursive: true })
  expect(step).toMatchObject({ code: 0 })
  expect(await publicStore.digest('a1b2c3d4/saved', 'v1')).toBe(step.outputs['digest'])
})
