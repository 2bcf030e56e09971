// With `mask-aws-account-id`, nothing that is printed has an account's number that was not masked before.
import { main } from '../../../actions/assume-role/src/main.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { recordingWorld } from '../../support/datadog-event/datadog.ts'
import { useSts } from '../../support/fake-sts.ts'
import { fakeRunner } from './fake-runner.ts'

const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
const KEYS = { AWS_ACCESS_KEY_ID: 'ASIATHERE', AWS_SECRET_ACCESS_KEY: 'there', AWS_SESSION_TOKEN: 'token' }
const GIVEN = { 'role-to-assume': 'arn:aws:iam::222222222222:role/deploy', 'aws-region': 'eu-west-1' }
const sts = await useSts()

type Texts = Readonly<Record<string, string>>

/** All that main prints, in order, the error last; a mask begins with `mask `. */
async function printed(inputs: Texts, env: Texts): Promise<string[]> {
  const all: string[] = []
  const recorded = recordingWorld({ ...env, ...actionInputs('assume-role', { ...GIVEN, ...inputs }) })
  const keep = (text: string) => void all.push(text)
  const log = {
    ...recorded.world.log,
    info: keep,
    debug: keep,
    notice: keep,
    warning: keep,
    error: keep,
    mask: (secret: string) => keep(`mask ${secret}`),
  }
  await main({ ...recorded.world, log }, fakeRunner().runner).catch((error) => keep(describeError(error)))
  return all
}

/** As GitHub's runner shows it: each value is hidden from the line after its mask on. */
function shown(lines: readonly string[]): string {
  const masks: string[] = []
  return lines
    .flatMap((line) => {
      if (!line.startsWith('mask ')) return [masks.reduce((text, secret) => text.replaceAll(secret, '***'), line)]
      masks.push(line.slice('mask '.length))
      return []
    })
    .join('\n')
}

const denied = {
  code: 'AccessDenied',
  message:
    'User: arn:aws:sts::333333333333:assumed-role/ci/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/deploy',
}

describe.each<[string, Texts, Texts, Record<string, typeof denied | (typeof denied)[] | string>]>([
  ['a role that is assumed', {}, OIDC, {}],
  ['a role of an account that is not allowed', { 'allowed-account-ids': '111111111111, 333333333333' }, OIDC, {}],
  ['an ARN that is none of a role', { 'role-to-assume': 'arn:aws:iam::222222222222:user/x' }, OIDC, {}],
  ['a role that another input is wrong beside', { 'role-duration-seconds': '1', 'aws-region': 'x' }, OIDC, {}],
  ['a policy of another account', { 'managed-session-policies': 'arn:aws:iam::333333333333:policy/x' }, OIDC, {}],
  ['a refusal of AWS', {}, KEYS, { AssumeRole: denied }],
  [
    'a provider that the account lacks',
    {},
    OIDC,
    { AssumeRoleWithWebIdentity: { ...denied, code: 'InvalidIdentityToken' } },
  ],
  ['an answer that passes', {}, KEYS, { AssumeRole: [{ ...denied, code: 'IDPCommunicationError' }] }],
  [
    'credentials of another account',
    {},
    OIDC,
    { GetCallerIdentity: '<Account>333333333333</Account><Arn>arn:aws:sts::333333333333:x</Arn>' },
  ],
  [
    'credentials of the environment that are of another role',
    { 'use-existing-credentials': 'true' },
    KEYS,
    { GetCallerIdentity: '<Account>444444444444</Account><Arn>arn:aws:sts::444444444444:assumed-role/x/y</Arn>' },
  ],
])('%s', (_, inputs, env, answers) => {
  test('shows no account', async () => {
    Object.assign(sts.answers, answers)
    const lines = await printed({ 'mask-aws-account-id': 'true', ...inputs }, env)
    expect(lines.length).toBeGreaterThan(1)
    expect(shown(lines)).not.toMatch(/\d{12}/)
  })

  test('shows the accounts without the input', async () => {
    Object.assign(sts.answers, answers)
    const lines = await printed(inputs, env)
    expect(lines.filter((line) => /^mask \d/.test(line))).toEqual([])
  })
})

test('masks numbers of accounts, and not each number of twelve digits, such as that of a run', async () => {
  const lines = await printed({ 'mask-aws-account-id': 'true' }, { ...OIDC, GITHUB_RUN_ID: '987654321098' })
  expect(lines.filter((line) => /^mask \d/.test(line))).toEqual(['mask 222222222222'])
})

test('shows no account where the input itself is wrong', async () => {
  expect(
    shown(await printed({ 'mask-aws-account-id': 'yes', 'role-to-assume': 'arn:aws:iam::222222222222:x' }, OIDC)),
  ).not.toMatch(/\d{12}/)
})
