// The committed bundle, as the runner runs it: an issuer for the job's token, the rehearsal's STS, and what is left behind.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { RUN_ENV } from '../support/datadog-event/datadog.ts'
import { tokenIssuer } from '../support/oidc.ts'
import { bundle, runStep } from '../support/run-action.ts'

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const folder = mkdtempSync(join(tmpdir(), 'slipway-role-'))
let cloud: Cloud
let issuer: Awaited<ReturnType<typeof tokenIssuer>>
beforeAll(async () => {
  cloud = await startCloud({ account: '111111111111' })
  issuer = await tokenIssuer()
})
afterAll(async () => {
  await Promise.all([cloud.close(), issuer.close()])
  rmSync(folder, { recursive: true })
})

/** A step with nothing in its environment but what the runner gives it, and where the cloud is. */
async function step(inputs: Record<string, string>, env: Record<string, string>, more: object = {}) {
  const file = join(folder, 'env')
  writeFileSync(file, '')
  const { AWS_ENDPOINT_URL = '', AWS_EC2_METADATA_DISABLED = '' } = cloud.env
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' }
  const result = await runStep(bundle('assume-role'), {
    inputs: { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1', ...inputs },
    env: {
      ...(RUN_ENV as Record<string, string>),
      AWS_ENDPOINT_URL,
      AWS_EC2_METADATA_DISABLED,
      ...none,
      GITHUB_ENV: file,
      ...env,
    },
    ...more,
  })
  const exported = Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^(.*?)<<(ghadelimiter_\S+)\n([\s\S]*?)\n\2$/gm)].map((m) => [m[1], m[3]]),
  ) as Record<string, string>
  return { ...result, exported, shown: result.log.replace(/^::add-mask::.*$/gm, '') }
}

test('a job assumes the role with its token, and the post step clears the credentials', async () => {
  const main = await step({ 'allowed-account-ids': '222222222222' }, issuer.env)
  expect(main).toMatchObject({ code: 0, outputs: { 'aws-account-id': '222222222222' }, state: { exported: 'true' } })
  expect(main.exported).toMatchObject({ AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/), AWS_REGION: 'eu-west-1' })
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    expect(main.shown).not.toContain(main.exported[name])
    expect(main.log).toContain(`::add-mask::${main.exported[name]}`)
  }
  expect(issuer.seen.at(-1)?.query.get('audience')).toBe('sts.amazonaws.com')

  const post = await step({}, issuer.env, { phase: 'post', state: main.state })
  expect(post).toMatchObject({ code: 0 })
  expect(post.exported).toEqual({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' })
})

test('the credentials work for the next step, which assumes a role in another account', async () => {
  const first = await step({}, issuer.env)
  const next = await step(
    { 'role-to-assume': 'arn:aws:iam::333333333333:role/other', 'role-chaining': 'true' },
    first.exported,
  )
  expect(next).toMatchObject({ code: 0, outputs: { 'aws-account-id': '333333333333' } })
  expect(cloud.journal.entries('api').at(-2)).toMatchObject({ action: 'AssumeRole', role: 'deploy' })
})

test.each([
  ['a job without the permission', {}, 'id-token: write'],
  [
    'a token request that is refused',
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'other' },
    'GitHub did not issue an OIDC token for the job',
  ],
])('%s: one error with the fix, and nothing handed on', async (_, env, words) => {
  const { code, shown, exported } = await step(
    {},
    { ...('ACTIONS_ID_TOKEN_REQUEST_TOKEN' in env ? issuer.env : {}), ...env },
  )
  expect(code).toBe(1)
  expect(shown.match(/^::error::/gm)).toHaveLength(1)
  expect(shown).toContain(words)
  expect(exported).toEqual({})
})

test('role-chaining without credentials is refused', async () => {
  const { code, shown } = await step({ 'role-chaining': 'true' }, {})
  expect(code).toBe(1)
  expect(shown).toContain('The environment has no AWS credentials to assume the role with')
})

test('`mask-aws-account-id` hides the accounts of a refusal', async () => {
  const { code, log } = await step({ 'mask-aws-account-id': 'true', 'allowed-account-ids': '111111111111' }, issuer.env)
  expect(code).toBe(1)
  for (const account of ['111111111111', '222222222222']) {
    expect(log.indexOf(account)).toBe(log.indexOf(`::add-mask::${account}`) + '::add-mask::'.length)
  }
})

test('invalid input is named', async () => {
  const { code, shown } = await step({ 'role-to-assume': 'deploy' }, issuer.env)
  expect(code).toBe(1)
  expect(shown).toContain('Input `role-to-assume` is `deploy`')
})
