import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { assumeRole } from '../../../../actions/assume-role/src/sts/assume.ts'
import { whoAmI } from '../../../../actions/assume-role/src/sts/identity.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { RUN_ENV, recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { ROLE_KEYS, useSts } from '../../../support/fake-sts.ts'
import { fakeRunner } from '../fake-runner.ts'

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAOFTHEJOB' }
const SESSION = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'the-secret',
  sessionToken: 'the-token',
  expiration: new Date('2026-01-01T01:00:00Z'),
}
const sts = await useSts()

const inputsOf = (given: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) =>
  readInputs({
    ...RUN_ENV,
    ...env,
    ...actionInputs('assume-role', { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1', ...given }),
  })

/** Assumes the role with these inputs, and returns what became of it and what STS was asked. */
async function assumed(
  given: Readonly<Record<string, string>> = {},
  {
    env = OIDC,
    runner = fakeRunner(),
  }: { env?: Readonly<Record<string, string>>; runner?: ReturnType<typeof fakeRunner> } = {},
) {
  const { world, masked, warnings, lines } = recordingWorld(env)
  const session = await assumeRole(inputsOf(given, env), world, runner.runner.idToken)
  const [request] = sts.requests
  return { session, masked, warnings, lines, ...request, audiences: runner.audiences }
}

test('assumes the role with the token of the job, which it masks', async () => {
  const { session, parameters, signedBy, masked, audiences } = await assumed({ audience: 'sts.amazonaws.com.cn' })
  expect(session).toEqual(SESSION)
  expect(audiences).toEqual(['sts.amazonaws.com.cn'])
  expect(masked).toEqual(['the-token-of-the-job'])
  expect(signedBy).toBeUndefined()
  expect(parameters).toEqual({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: ROLE,
    RoleSessionName: 'web-7-1',
    DurationSeconds: '3600',
    WebIdentityToken: 'the-token-of-the-job',
  })
})

test('assumes the role with the credentials of the environment, and tags the session', async () => {
  const inputs = { 'role-external-id': 'outside', 'transitive-tag-keys': 'Repository' }
  const { session, parameters, signedBy, audiences } = await assumed(inputs, { env: KEYS })
  expect(session).toEqual(SESSION)
  expect(audiences).toEqual([])
  expect(signedBy).toBe('AKIAOFTHEJOB')
  expect(parameters).toMatchObject({
    Action: 'AssumeRole',
    ExternalId: 'outside',
    'Tags.member.1.Key': 'GitHub',
    'Tags.member.1.Value': 'Actions',
    'Tags.member.2.Key': 'Repository',
    'Tags.member.2.Value': 'org/web',
    'TransitiveTagKeys.member.1': 'Repository',
  })
})

test("signs with the environment's keys and not with those of AWS_PROFILE, as the AWS CLI and Terraform do", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'))
  const file = join(folder, 'credentials')
  writeFileSync(file, '[runner]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n')
  const before = { ...process.env }
  Object.assign(process.env, { AWS_PROFILE: 'runner', AWS_SHARED_CREDENTIALS_FILE: file })
  try {
    const env = { ...KEYS, AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token', AWS_PROFILE: 'runner' }
    expect((await assumed({ 'role-chaining': 'true' }, { env })).signedBy).toBe('AKIAOFTHEJOB')
  } finally {
    process.env = before
    rmSync(folder, { recursive: true })
  }
})

test('sends no tags with `role-skip-session-tagging`', async () => {
  const { parameters } = await assumed({ 'role-skip-session-tagging': 'true' }, { env: KEYS })
  expect(Object.keys(parameters ?? {}).filter((name) => /Tag|ExternalId|Policy/.test(name))).toEqual([])
})

test.each([
  ['the token of the job', OIDC],
  ['other credentials', KEYS],
])('limits the session by policies, with %s', async (_, env) => {
  const { parameters } = await assumed(
    {
      'inline-session-policy': '{ "Statement": [] }',
      'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'role-duration-seconds': '900',
    },
    { env },
  )
  expect(parameters).toMatchObject({
    Policy: '{"Statement":[]}',
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    DurationSeconds: '900',
  })
})

test('shows the error of STS, and what to do about it', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = {
    code: 'InvalidIdentityToken',
    message: 'No OpenIDConnect provider found',
  }
  await expect(assumed()).rejects.toMatchObject({
    message: `Could not assume the role \`${ROLE}\`. InvalidIdentityTokenException: No OpenIDConnect provider found`,
    hint: expect.stringContaining('terraform/modules/ci-access'),
  })
})

test.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration', 'Credentials'])(
  'refuses an answer of STS without %s',
  async (missing) => {
    sts.answers['AssumeRoleWithWebIdentity'] = ROLE_KEYS.replace(new RegExp(`<${missing}>.*</${missing}>`, 's'), '')
    await expect(assumed()).rejects.toThrow(`Could not assume the role \`${ROLE}\`: AWS answered without credentials.`)
  },
)

test('asks STS nothing when GitHub issues no token', async () => {
  const failure = new SlipwayError('GitHub did not issue an OIDC token for the job.')
  await expect(assumed({}, { runner: fakeRunner(() => Promise.reject(failure)) })).rejects.toBe(failure)
  expect(sts.requests).toEqual([])
})

test('asks STS whose the credentials are, with the credentials themselves', async () => {
  const { world } = recordingWorld(OIDC)
  expect(await whoAmI(SESSION, inputsOf({}, OIDC), world)).toEqual({
    account: '222222222222',
    arn: 'arn:aws:sts::222222222222:assumed-role/deploy/web-7-1',
  })
  expect(sts.requests).toEqual([{ parameters: { Action: 'GetCallerIdentity' }, signedBy: 'ASIAEXAMPLE' }])
})

test('assumes the role with the token in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-token-'))
  try {
    writeFileSync(join(folder, 'token'), 'the-token-of-the-pod\n')
    const { parameters, masked, audiences } = await assumed({ 'web-identity-token-file': join(folder, 'token') })
    expect(parameters).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      WebIdentityToken: 'the-token-of-the-pod',
    })
    expect(masked).toEqual(['the-token-of-the-pod'])
    expect(audiences).toEqual([])
    await expect(assumed({ 'web-identity-token-file': join(folder, 'none') })).rejects.toThrow('which cannot be read')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('adds custom tags to those of the run, and lets them be transitive', async () => {
  const given = { 'role-chaining': 'true', 'custom-tags': '{"Team": "web", "Cost": 7}', 'transitive-tag-keys': 'Team' }
  const { parameters } = await assumed(given, { env: { ...KEYS, AWS_SECRET_ACCESS_KEY: 'x' } })
  const values = Object.entries(parameters ?? {})
  const tags = values.filter(([name]) => /^Tags\.member\.\d+\.(Key|Value)$/.test(name)).map(([, value]) => value)
  expect(tags.slice(-4)).toEqual(['Team', 'web', 'Cost', '7'])
  expect(parameters).toMatchObject({ 'TransitiveTagKeys.member.1': 'Team' })
})

describe('session tags', () => {
  const FULL = { code: 'PackedPolicyTooLarge', message: 'Packed size of session tags consumes 142% of allotted space.' }
  const RUN = { ...KEYS, GITHUB_EVENT_NAME: 'push', GITHUB_JOB: 'deploy', GITHUB_REF: 'refs/heads/main' }
  const sent = () =>
    sts.requests.map(({ parameters }) => ({
      tags: Object.entries(parameters).flatMap(([name, value]) => (/^Tags.*Key$/.test(name) ? [value] : [])),
      transitive: Object.entries(parameters).flatMap(([name, value]) => (/^Transitive/.test(name) ? [value] : [])),
    }))

  test('that AWS has no room for are left out, except those that are transitive', async () => {
    sts.answers['AssumeRole'] = [FULL]
    const given = { 'custom-tags': '{"Team": "web"}', 'transitive-tag-keys': 'RunId,Team' }
    const { warnings } = await assumed(given, { env: RUN })
    const always = ['GitHub', 'Repository', 'Actor', 'Commit', 'Branch']
    expect(sent()).toEqual([
      { tags: [...always, 'EventName', 'RunId', 'Job', 'Team'], transitive: ['RunId', 'Team'] },
      { tags: [...always, 'RunId', 'Team'], transitive: ['RunId', 'Team'] },
    ])
    expect(warnings).toEqual([
      'AWS has no room for all session tags. The session gets none of EventName, Job. Packed size of session tags consumes 142% of allotted space.',
    ])
  })

  test('are refused with what to do, where those that stay are too many', async () => {
    sts.answers['AssumeRole'] = FULL
    await expect(assumed({ 'custom-tags': '{"Team": "web"}' }, { env: RUN })).rejects.toMatchObject({
      message: expect.stringContaining('consumes 142%'),
      hint: expect.stringContaining('`custom-tags`'),
    })
    expect(sts.requests).toHaveLength(2)
  })

  test('that this run does not have are not transitive: AWS would refuse the request', async () => {
    const { lines } = await assumed({ 'transitive-tag-keys': 'HeadRef,Branch' }, { env: RUN })
    expect(sent()).toMatchObject([{ transitive: ['Branch'] }])
    expect(lines).toEqual(['This run has no value for the transitive tags HeadRef.'])
  })

  test('that the session before hands on are named', async () => {
    sts.answers['AssumeRole'] = {
      code: 'InvalidParameterValue',
      message: 'One of the specified transitive tag keys conflicts with a transitive tag key from the calling session.',
    }
    await expect(assumed({}, { env: RUN })).rejects.toMatchObject({
      hint: expect.stringContaining('role-skip-session-tagging: true'),
    })
  })
})

test.each([
  ['empty', ' \n', 'which is empty'],
  ['too short', 'abc', 'AWS accepts 4 to 20000 characters'],
  ['too long', 'x'.repeat(20_001), 'AWS accepts 4 to 20000 characters'],
])('refuses a token file that is %s, and asks AWS nothing', async (_, text, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-token-'))
  try {
    writeFileSync(join(folder, 'token'), text)
    await expect(assumed({ 'web-identity-token-file': join(folder, 'token') })).rejects.toThrow(words)
    await expect(assumed({ 'web-identity-token-file': '/dev/zero' })).rejects.toThrow('AWS accepts')
    expect(sts.requests).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
