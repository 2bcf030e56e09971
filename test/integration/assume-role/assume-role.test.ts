// The action against the STS of the rehearsal cloud, with the AWS SDK as it is, and compared with the cloud's journal.
import { main } from '../../../actions/assume-role/src/main.ts'
import { post } from '../../../actions/assume-role/src/post.ts'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { jobClaims, jwt } from '../../support/oidc.ts'

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
let cloud: Cloud
/** What goes wrong with a call; a test sets it. */
let trouble: Intercept = () => undefined
afterEach(() => {
  trouble = () => undefined
})
beforeAll(async () => {
  cloud = await startCloud({ account: '111111111111', intercept: (call) => trouble(call) })
  // The SDK reads these from the process and not from our world.
  for (const [name, value] of Object.entries(cloud.env)) process.env[name] = value
})
afterAll(() => cloud.close())

async function act(inputs: Record<string, string> = {}, env: object = OIDC, token = jwt(jobClaims())) {
  const exported: Record<string, string> = {}
  const audiences: string[] = []
  const runner = {
    idToken: async (audience: string) => {
      audiences.push(audience)
      return token
    },
    exportVariable: (name: string, value: string) => void Object.assign(exported, { [name]: value }),
  }
  const saved: Record<string, string> = {}
  const given = actionInputs('assume-role', { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1', ...inputs })
  const recorded = recordingWorld({ ...env, ...given })
  const step = {
    ...recorded.world.step,
    saveState: (name: string, value: string) => void Object.assign(saved, { [name]: value }),
  }
  const after = cloud.journal.entries('api').length
  const failure = await main({ ...recorded.world, step }, runner).then(
    () => undefined,
    (error: unknown) => describeError(error),
  )
  const calls = cloud.journal.entries('api').slice(after)
  const finish = () => post({ ...recorded.world, step: { ...step, state: (name) => saved[name] ?? '' } }, runner)
  return { ...recorded, exported, saved, failure, calls, audiences, finish, token }
}

test('assumes the role with the job’s token, and exports only the role’s credentials', async () => {
  const { failure, exported, outputs, calls, masked, lines, audiences, token } = await act({
    'allowed-account-ids': '222222222222',
  })
  expect(failure).toBeUndefined()
  expect(audiences).toEqual(['sts.amazonaws.com'])
  expect(calls.map(({ action, role, outcome }) => `${action} ${role} ${outcome}`)).toEqual([
    'AssumeRoleWithWebIdentity undefined ok',
    'GetCallerIdentity deploy ok',
  ])
  expect(exported).toEqual({
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
    AWS_SECRET_ACCESS_KEY: expect.any(String),
    AWS_SESSION_TOKEN: expect.any(String),
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  })
  expect(outputs).toEqual({
    'aws-account-id': '222222222222',
    'authenticated-arn': 'arn:aws:sts::222222222222:assumed-role/deploy/web-7-1',
    expiration: expect.stringMatching(/^\d{4}-.*Z$/),
    'aws-expiration': outputs['expiration'],
  })
  const secrets = [
    exported['AWS_ACCESS_KEY_ID'],
    exported['AWS_SECRET_ACCESS_KEY'],
    exported['AWS_SESSION_TOKEN'],
    token,
  ]
  expect(masked).toEqual(expect.arrayContaining(secrets))
  for (const secret of secrets) expect(lines.join()).not.toContain(secret)
})

test('assumes the role with the credentials of the environment', async () => {
  const { failure, calls, outputs } = await act({ 'role-chaining': 'true', 'role-session-name': 'from-ci' })
  expect(failure).toBeUndefined()
  expect(calls[0]).toMatchObject({ action: 'AssumeRole', account: '111111111111', request: { RoleArn: ROLE } })
  expect(outputs['authenticated-arn']).toBe('arn:aws:sts::222222222222:assumed-role/deploy/from-ci')
})

test('sends policies, tags and an external id as STS accepts them', async () => {
  const sent: URLSearchParams[] = []
  trouble = ({ request }) => void sent.push(new URLSearchParams(request.body.toString('utf8')))
  const { failure } = await act(
    {
      'role-chaining': 'true',
      'role-external-id': 'a:b/c',
      'inline-session-policy': '{ "Version": "2012-10-17", "Statement": [] }',
      'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'custom-tags': '{"Team": "web"}',
      'transitive-tag-keys': 'Team, HeadRef, Branch',
    },
    { GITHUB_REF: 'refs/heads/main', GITHUB_ACTOR: 'dependabot[bot]' },
  )
  expect(failure).toBeUndefined()
  expect(Object.fromEntries(sent[0] ?? [])).toMatchObject({
    ExternalId: 'a:b/c',
    Policy: '{"Version":"2012-10-17","Statement":[]}',
    'Tags.member.3.Value': 'dependabot_bot_',
    'Tags.member.5.Value': 'refs/heads/main',
    'Tags.member.7.Key': 'Team',
    'TransitiveTagKeys.member.1': 'Team',
    'TransitiveTagKeys.member.2': 'Branch',
  })
})

test('waits while AWS does not know the keys that it has issued, and while it cannot read the signing keys', async () => {
  const passing = [
    new AwsError('InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider", 400),
    new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
  ]
  trouble = ({ action }) => {
    const at = passing.findIndex(({ code }) => (code === 'InvalidIdentityToken') === (action !== 'GetCallerIdentity'))
    const [error] = at < 0 ? [] : passing.splice(at, 1)
    return error === undefined ? undefined : { error }
  }
  const { failure, calls, exported } = await act()
  expect(failure).toBeUndefined()
  expect(calls.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'AssumeRoleWithWebIdentity InvalidIdentityToken',
    'AssumeRoleWithWebIdentity ok',
    'GetCallerIdentity InvalidClientTokenId',
    'GetCallerIdentity ok',
  ])
  expect(exported['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/)
})

test('sets the credentials as outputs with `output-credentials`', async () => {
  const { outputs, exported } = await act({ 'output-credentials': 'true' })
  expect(outputs).toMatchObject({
    'aws-access-key-id': exported['AWS_ACCESS_KEY_ID'],
    'aws-secret-access-key': exported['AWS_SECRET_ACCESS_KEY'],
    'aws-session-token': exported['AWS_SESSION_TOKEN'],
  })
})

test('clears in the post step what main exported, and nothing else', async () => {
  const { exported, finish } = await act()
  await finish()
  expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' })
  expect(exported['AWS_REGION']).toBe('eu-west-1')
  const refused = await act({ 'allowed-account-ids': '111111111111' })
  await refused.finish()
  expect(refused.exported).toEqual({})
})

test('refuses a role of another account before it calls AWS', async () => {
  const { failure, calls, exported } = await act({ 'allowed-account-ids': '111111111111' })
  expect(failure).toContain('is in account 222222222222')
  expect({ calls, exported }).toEqual({ calls: [], exported: {} })
})

test.each([
  ['an expired token', jwt(jobClaims({ exp: 1 })), 'ExpiredToken'],
  ['a token for another audience', jwt(jobClaims({ aud: 'other' })), 'audience `sts.amazonaws.com`'],
  ['a text that is not a token', 'nonsense', 'not a valid JWT'],
])('refuses %s with the reason, and exports nothing', async (_, token, words) => {
  const { failure, exported, saved } = await act({}, OIDC, token)
  expect(failure).toContain(`Could not assume the role \`${ROLE}\``)
  expect(failure).toContain(words)
  expect({ exported, saved }).toEqual({ exported: {}, saved: {} })
})

test.each([
  ['5xx', () => ({ error: new AwsError('ServiceUnavailable', 'down', 503) })],
  ['throttling', () => ({ error: new AwsError('Throttling', 'Rate exceeded', 400) })],
  ['a reset', () => ({ reset: 'before' as const })],
])('retries %s', async (_, fault) => {
  let left = 2
  trouble = () => (left-- > 0 ? fault() : undefined)
  const { failure, outputs } = await act()
  expect({ failure, account: outputs['aws-account-id'] }).toEqual({ failure: undefined, account: '222222222222' })
})

test('shows the claims of a token that the role does not trust, and exports nothing', async () => {
  trouble = ({ action }) =>
    action === 'AssumeRoleWithWebIdentity'
      ? { error: new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403) }
      : undefined
  const { failure, exported, token } = await act()
  expect(failure).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity')
  expect(failure).toContain('`repo:org/web:environment:production`')
  expect(failure).not.toContain(token)
  expect(exported).toEqual({})
})

test('exports no credentials that do not work', async () => {
  trouble = ({ action }) =>
    action === 'GetCallerIdentity' ? { error: new AwsError('InvalidClientTokenId', 'invalid', 403) } : undefined
  const { failure, exported } = await act()
  expect(failure).toContain('Could not check the identity of the assumed role')
  expect(exported).toEqual({})
})
