import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'

let cloud: Cloud
const clock = new ManualClock()

beforeAll(async () => {
  cloud = await startCloud({ clock })
})
afterAll(() => cloud.close())

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

const keysOf = (account: string): Keys => ({ accessKeyId: account, secretAccessKey: 'x' })
const settings = (credentials: Keys) => ({ endpoint: cloud.url, region: 'eu-west-1', credentials, maxAttempts: 1 })
const sts = (keys = keysOf('123456789012')) => new STSClient(settings(keys))

const RoleArn = 'arn:aws:iam::222222222222:role/ci/deploy'

async function assume(keys = keysOf('123456789012'), seconds?: number): Promise<Keys> {
  const { Credentials } = await sts(keys).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'run-7', DurationSeconds: seconds }),
  )
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
}

test('an access key that is an account number belongs to that account, any other to the default account', async () => {
  expect(await sts(keysOf('333333333333')).send(new GetCallerIdentityCommand())).toMatchObject({
    Account: '333333333333',
    Arn: 'arn:aws:iam::333333333333:user/rehearsal',
  })
  expect(await sts(keysOf('AKIAIOSFODNN7EXAMPLE')).send(new GetCallerIdentityCommand())).toMatchObject({
    Account: '123456789012',
  })
})

test('an assumed role works in its own account, and is named in the journal', async () => {
  const keys = await assume()
  expect(await sts(keys).send(new GetCallerIdentityCommand())).toMatchObject({
    Account: '222222222222',
    Arn: 'arn:aws:sts::222222222222:assumed-role/deploy/run-7',
    UserId: expect.stringMatching(/^AROA[A-Z0-9]{17}:run-7$/),
  })
  const created = await new ECRClient(settings(keys)).send(new CreateRepositoryCommand({ repositoryName: 'web' }))
  expect(created.repository?.registryId).toBe('222222222222')
  expect(cloud.journal.entries('api').at(-1)).toMatchObject({
    service: 'ecr',
    action: 'CreateRepository',
    account: '222222222222',
    region: 'eu-west-1',
    role: 'deploy',
    outcome: 'ok',
    request: { repositoryName: 'web' },
  })
})

test('credentials expire, with the error of each protocol', async () => {
  const keys = await assume(undefined, 900)
  await clock.advance(899_000)
  await sts(keys).send(new GetCallerIdentityCommand())
  await clock.advance(1000)
  const refused = { json: 'ExpiredTokenException', query: 'ExpiredToken', rest: 'ExpiredToken' }
  const [json, query, rest] = [new ECRClient(settings(keys)), sts(keys), new S3Client(settings(keys))]
  await expect(json.send(new DescribeRepositoriesCommand())).rejects.toMatchObject({ name: refused.json })
  await expect(query.send(new GetCallerIdentityCommand())).rejects.toMatchObject({ name: refused.query })
  await expect(rest.send(new ListBucketsCommand())).rejects.toMatchObject({ name: refused.rest })
})

test('credentials of one account can be expired', async () => {
  const keys = await assume()
  expect(cloud.accounts.expire('999999999999')).toBe(0)
  await sts(keys).send(new GetCallerIdentityCommand())
  expect(cloud.accounts.expire('222222222222')).toBeGreaterThan(0)
  await expect(sts(keys).send(new GetCallerIdentityCommand())).rejects.toMatchObject({ name: 'ExpiredToken' })
})

test('unknown credentials and wrong session tokens are refused', async () => {
  const keys = await assume()
  const made = { ...keysOf('ASIAAAAAAAAAAAAAAAAA'), sessionToken: 'made-up' }
  for (const bad of [made, { ...keys, sessionToken: 'made-up' }, keysOf(keys.accessKeyId)]) {
    await expect(sts(bad).send(new GetCallerIdentityCommand())).rejects.toMatchObject({ name: 'InvalidClientTokenId' })
    await expect(new ECRClient(settings(bad)).send(new DescribeRepositoriesCommand())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
  }
})

test('role chaining is limited to one hour', async () => {
  const keys = await assume()
  await expect(assume(keys, 3601)).rejects.toThrow(/1 hour session limit for roles assumed by role chaining/)
  expect((await assume(keys, 3600)).accessKeyId).toMatch(/^ASIA/)
})

test.each([
  [
    'a role that is none',
    { RoleArn: 'arn:aws:iam::22:role/x', RoleSessionName: 'run' },
    /arn:aws:iam::22:role\/x is invalid/,
  ],
  ['a session name with a space', { RoleArn, RoleSessionName: 'a b' }, /roleSessionName/],
  ['a duration that is too short', { RoleArn, RoleSessionName: 'run', DurationSeconds: 60 }, /durationSeconds.*900/],
  ['no session name', { RoleArn, RoleSessionName: undefined }, /roleSessionName.*must not be null/],
])('%s is a validation error', async (_, input, message) => {
  const call = sts().send(new AssumeRoleCommand(input as { RoleArn: string; RoleSessionName: string }))
  await expect(call).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringMatching(message) })
})

test('GetSessionToken works for users, not for sessions', async () => {
  const { Credentials } = await sts().send(new GetSessionTokenCommand())
  const keys = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  expect(await sts(keys).send(new GetCallerIdentityCommand())).toMatchObject({ Account: '123456789012' })
  await expect(sts(keys).send(new GetSessionTokenCommand())).rejects.toMatchObject({ name: 'AccessDenied' })
})

const jwt = (claims: object) =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

const withToken = (WebIdentityToken: string) =>
  // No credentials at all: the SDK sends this operation unsigned.
  new STSClient({ endpoint: cloud.url, region: 'eu-west-1', maxAttempts: 1 }).send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'run-7', WebIdentityToken }),
  )

test("GitHub's token is exchanged for a role, without credentials", async () => {
  const exp = clock.now() / 1000 + 300
  const claims = { iss: 'https://token.actions.githubusercontent.com', sub: 'repo:o/r:ref:refs/heads/main', exp }
  const answer = await withToken(jwt({ ...claims, aud: 'sts.amazonaws.com' }))
  expect(answer).toMatchObject({
    AssumedRoleUser: { Arn: 'arn:aws:sts::222222222222:assumed-role/deploy/run-7' },
    SubjectFromWebIdentityToken: claims.sub,
    Audience: 'sts.amazonaws.com',
  })
  await expect(withToken(jwt({ ...claims, aud: 'somebody else' }))).rejects.toMatchObject({
    name: 'InvalidIdentityTokenException',
    message: 'Incorrect token audience',
  })
  await expect(withToken(jwt({ ...claims, aud: 'sts.amazonaws.com', exp: exp - 600 }))).rejects.toMatchObject({
    name: 'ExpiredTokenException',
  })
  await expect(withToken('not-a-token')).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' })
})

test('an unsigned call is refused', async () => {
  const answer = await fetch(cloud.url, { method: 'POST', body: new URLSearchParams({ Action: 'GetCallerIdentity' }) })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')
})

test('an unknown STS operation is named', async () => {
  const answer = await fetch(cloud.url, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/sts/aws4_request, Signature=0',
    },
    body: new URLSearchParams({ Action: 'GetRich', Version: '2011-06-15' }),
  })
  expect(await answer.text()).toContain('Could not find operation GetRich for version 2011-06-15')
})
