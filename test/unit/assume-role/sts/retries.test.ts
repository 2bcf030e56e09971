// Answers of STS that pass by themselves: how often and how long it is asked, and what is said when they last.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { assumeRole } from '../../../../actions/assume-role/src/sts/assume.ts'
import { whoAmI } from '../../../../actions/assume-role/src/sts/identity.ts'
import { CancelledError, type SlipwayError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { RUN_ENV, recordingWorld } from '../../../support/datadog-event/datadog.ts'
import { useSts } from '../../../support/fake-sts.ts'
import { jwt } from '../../../support/oidc.ts'
import { fakeRunner } from '../fake-runner.ts'

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
const KEYS = { AWS_ACCESS_KEY_ID: 'ASIAOFTHEJOB', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' }
const sts = await useSts()

const inputsOf = (given: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) =>
  readInputs({
    ...RUN_ENV,
    ...env,
    ...actionInputs('assume-role', { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1', ...given }),
  })

interface Case {
  readonly given?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly token?: () => Promise<string>
}

/** Assumes the role, and returns what became of it. */
async function assumed({ given = {}, env = OIDC, token = async () => 'the-token' }: Case = {}) {
  const recorded = recordingWorld(env)
  const { runner, audiences } = fakeRunner(token)
  const failure = await assumeRole(inputsOf(given, env), recorded.world, runner.idToken).then(
    () => undefined,
    (error: SlipwayError) => error,
  )
  return { ...recorded, failure, tokens: audiences.length, calls: sts.requests.length }
}

const NO_KEY = {
  code: 'InvalidIdentityToken',
  message: 'Couldn&apos;t retrieve verification key from your identity provider, please reference the documentation',
  status: 400,
}
const UNKNOWN = { code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }
const OLD = {
  code: 'ExpiredTokenException',
  message: 'Token expired: current date/time 2 must be before 1',
  status: 400,
}

test('asks again, after pauses that grow, when STS could not read the signing keys of the issuer', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = [NO_KEY, NO_KEY]
  const { failure, clock, lines, calls, tokens } = await assumed()
  expect({ failure, calls, tokens }).toEqual({ failure: undefined, calls: 3, tokens: 1 })
  expect(clock.slept).toHaveLength(2)
  expect(clock.slept[1]).toBeGreaterThan(clock.slept[0] ?? Infinity)
  expect(lines).toEqual([
    expect.stringMatching(/^Could not assume the role.*verification key.* Attempt 2 of 5 in \d+ (ms|s)\.$/s),
    expect.stringContaining('Attempt 3 of 5'),
  ])
})

test('gives up after five attempts and names GitHub, where the issuer is GitHub', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = NO_KEY
  const token = async () => jwt({ iss: 'https://token.actions.githubusercontent.com' })
  const { failure, clock, calls } = await assumed({ token })
  expect(calls).toBe(5)
  expect(clock.slept.reduce((sum, ms) => sum + ms)).toBeLessThan(60_000)
  expect(failure?.message).toContain(`Could not assume the role \`${ROLE}\` in 5 attempts. InvalidIdentityToken`)
  expect(failure?.hint).toContain('https://www.githubstatus.com')
  expect(failure?.hint).not.toContain('ci-access')
})

test('names an issuer that is not GitHub, which AWS must reach', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = NO_KEY
  const { failure } = await assumed({ token: async () => jwt({ iss: 'https://oidc.example.com/id' }) })
  expect(failure?.hint).toContain('`https://oidc.example.com/id`')
  expect(failure?.hint).not.toContain('githubstatus')
})

test.each([
  ['IDPCommunicationError', 400],
  ['Throttling', 400],
  ['ServiceUnavailable', 503],
  ['InternalFailure', 500],
])('asks again after %s, which lasts longer than the SDK asks', async (code, status) => {
  sts.answers['AssumeRoleWithWebIdentity'] = Array.from({ length: 6 }, () => ({ code, message: 'later', status }))
  const { failure, calls } = await assumed()
  expect({ failure, calls }).toEqual({ failure: undefined, calls: 7 })
})

test('asks GitHub for another token when that of the job has expired, and once only', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = [OLD]
  let count = 0
  const token = async () => `token-${++count}`
  const { failure, tokens, masked } = await assumed({ token })
  expect({ failure, tokens, masked }).toEqual({ failure: undefined, tokens: 2, masked: ['token-1', 'token-2'] })
  expect(sts.requests.map(({ parameters }) => parameters['WebIdentityToken'])).toEqual(['token-1', 'token-2'])
  sts.reset()
  sts.answers['AssumeRoleWithWebIdentity'] = OLD
  const lasting = await assumed({ token })
  expect({ calls: lasting.calls, tokens: lasting.tokens }).toEqual({ calls: 2, tokens: 2 })
  expect(lasting.failure?.hint).toContain('clock')
})

test('reads a token file again when its token has expired', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-token-'))
  try {
    const file = join(folder, 'token')
    writeFileSync(file, 'token-of-the-pod')
    sts.answers['AssumeRoleWithWebIdentity'] = OLD
    const { failure, calls } = await assumed({ given: { 'web-identity-token-file': file } })
    expect(calls).toBe(2)
    expect(failure?.hint).toContain('`web-identity-token-file`')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('asks again while AWS does not know keys that it has just issued', async () => {
  sts.answers['GetCallerIdentity'] = [UNKNOWN, UNKNOWN]
  const { world, clock } = recordingWorld(OIDC)
  const session = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's', sessionToken: 't' }
  expect(await whoAmI(session, inputsOf({}, OIDC), world)).toMatchObject({ account: '222222222222' })
  expect(clock.slept).toHaveLength(2)
  sts.reset()
  sts.answers['GetCallerIdentity'] = UNKNOWN
  const failure: SlipwayError = await whoAmI(session, inputsOf({}, OIDC), world).catch((error) => error)
  expect(sts.requests).toHaveLength(5)
  expect(failure.message).toContain('in 5 attempts. InvalidClientTokenId')
  expect(failure.hint).toContain('issued these credentials a moment ago')
  expect(failure.hint).not.toContain('Run assume-role')
})

test('asks again while AWS does not know the temporary keys of an earlier step', async () => {
  sts.answers['AssumeRole'] = [UNKNOWN]
  const { failure, calls } = await assumed({ env: KEYS })
  expect({ failure, calls }).toEqual({ failure: undefined, calls: 2 })
})

test.each([
  [
    'long-lived keys that AWS does not know',
    UNKNOWN,
    { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' },
    'was deleted',
  ],
  ['temporary keys that have expired', { code: 'ExpiredToken', message: 'expired' }, KEYS, 'have expired'],
  [
    'a secret key that is not that of the access key',
    { code: 'SignatureDoesNotMatch', message: 'The request signature we calculated does not match' },
    KEYS,
    '`AWS_SECRET_ACCESS_KEY`',
  ],
  ['a refusal', { code: 'AccessDenied', message: 'not authorized' }, KEYS, 'sts:AssumeRole'],
] as const)('asks once only for %s, and says what to do', async (_, answer, env, words) => {
  sts.answers['AssumeRole'] = answer
  const { failure, calls } = await assumed({ env })
  expect(calls).toBe(1)
  expect(failure?.hint).toContain(words)
  expect(failure?.hint).not.toContain('Run assume-role')
  expect(failure?.message).not.toContain('attempts')
})

test('signs with the time of AWS where the clock of the runner is wrong', async () => {
  const message = 'Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z'
  const date = new Date(Date.now() + 3_600_000)
  sts.answers['AssumeRole'] = [{ code: 'SignatureDoesNotMatch', message, date }]
  const { failure, calls } = await assumed({ env: KEYS })
  expect({ failure, calls }).toEqual({ failure: undefined, calls: 2 })
})

test('names the clock of the runner where AWS refuses its time', async () => {
  const message = 'Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z'
  sts.answers['AssumeRole'] = { code: 'SignatureDoesNotMatch', message }
  expect((await assumed({ env: KEYS })).failure?.hint).toContain('clock of this runner')
})

test('ends the pause when the run is cancelled', async () => {
  sts.answers['AssumeRoleWithWebIdentity'] = NO_KEY
  const cancellation = new AbortController()
  const { world } = recordingWorld(OIDC, { signal: cancellation.signal })
  const log = { ...world.log, info: () => cancellation.abort(new CancelledError('The run was cancelled.')) }
  const { runner } = fakeRunner()
  await expect(assumeRole(inputsOf({}, OIDC), { ...world, log }, runner.idToken)).rejects.toThrow(CancelledError)
  expect(sts.requests).toHaveLength(1)
})
