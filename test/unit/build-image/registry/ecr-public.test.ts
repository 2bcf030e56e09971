import { loginToEcrPublic, refuseAnonymousPush } from '../../../../actions/build-image/src/registry/ecr-public.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { answerJson, scriptedServer } from '../../../support/scripted-server.ts'

const TOKEN = Buffer.from('AWS:pass:word').toString('base64')
let server: Awaited<ReturnType<typeof scriptedServer>>
let answer: [number, object]
const before = { ...process.env }
beforeEach(async () => {
  server = await scriptedServer((_, response) => answerJson(response, ...answer))
  answer = [200, { authorizationData: { authorizationToken: TOKEN } }]
})
afterEach(async () => {
  process.env = { ...before }
  await server.close()
})

function open(credentials: Readonly<Record<string, string>>, signal = new AbortController().signal) {
  // The AWS SDK reads them from the environment of the process.
  const env = { AWS_ENDPOINT_URL_ECR_PUBLIC: server.url, AWS_REGION: 'eu-west-1', ...credentials }
  Object.assign(process.env, env)
  return recordingWorld(env, { signal })
}
const KEYS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }

test('asks the API in us-east-1 for a token, and masks it', async () => {
  const { world, masked } = open(KEYS)
  expect(await loginToEcrPublic(world)).toEqual({ username: 'AWS', password: 'pass:word' })
  expect(server.seen[0]?.headers.authorization).toContain('/us-east-1/ecr-public/')
  expect(masked).toEqual([TOKEN, 'pass:word'])
})

test('asks the same API with AWS_USE_FIPS_ENDPOINT, as it has no FIPS endpoint', async () => {
  // The SDK refuses FIPS with an endpoint that is set.
  const { world } = open({ ...KEYS, AWS_USE_FIPS_ENDPOINT: 'true' })
  expect(await loginToEcrPublic(world)).toMatchObject({ username: 'AWS' })
})

test('asks for no token without AWS credentials', async () => {
  const { world, lines } = open({})
  expect(await loginToEcrPublic(world)).toBeUndefined()
  expect([server.seen, lines]).toEqual([[], []])
})

test.each(['AccessDeniedException', 'UnrecognizedClientException', 'ValidationException'])(
  'continues without a login after %s, and names the permissions',
  async (name) => {
    answer = [400, { __type: name, message: 'no' }]
    const { world, lines } = open(KEYS)
    expect(await loginToEcrPublic(world)).toBeUndefined()
    expect(lines).toEqual([
      expect.stringMatching(
        /^Could not log in to public\.ecr\.aws \(ecr-public:GetAuthorizationToken, sts:GetServiceBearerToken\)\. .* Continuing without a login, which pulling does not need\.$/,
      ),
    ])
  },
)

test('a failure that passes is an error, and so is a cancel', async () => {
  answer = [500, { __type: 'ServerException', message: 'later' }]
  await expect(loginToEcrPublic(open(KEYS).world)).rejects.toThrow('Could not log in to public.ecr.aws')
  const { world } = open(KEYS, AbortSignal.abort(new CancelledError('stop')))
  await expect(loginToEcrPublic(world)).rejects.toThrow('Could not log in to public.ecr.aws')
})

test('refuses to push to the gallery without a login', () => {
  const repository = { host: 'public.ecr.aws', path: 'a1b2c3d4/web' }
  expect(() => refuseAnonymousPush(repository, { username: 'AWS', password: 'x' })).not.toThrow()
  expect(() => refuseAnonymousPush(repository, undefined)).toThrow(
    expect.objectContaining({
      message: 'Pushing to public.ecr.aws/a1b2c3d4/web needs a login, and there is none.',
      hint: expect.stringContaining('ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken'),
    }),
  )
})
