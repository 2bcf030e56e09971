import { readInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { claimsOf, hintFor } from '../../../../actions/assume-role/src/sts/hints.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'
import { jwt } from '../../../support/oidc.ts'

const inputs = readInputs({
  ...RUN_ENV,
  AWS_ACCESS_KEY_ID: 'AKIA',
  ...actionInputs('assume-role', {
    'role-to-assume': 'arn:aws:iam::222222222222:role/deploy',
    'aws-region': 'eu-west-1',
  }),
})
const token = jwt({ sub: 'repo:org/web:environment:production', aud: 'sts.amazonaws.com' })
const failed = (name: string, message = 'no') => Object.assign(new Error(message), { name })

test('shows the claims of a token that the role does not trust', () => {
  const hint = hintFor(failed('AccessDenied'), inputs, token)
  expect(hint).toContain('`repo:org/web:environment:production`')
  expect(hint).toContain('`sts.amazonaws.com`')
  expect(hint).not.toContain(token)
})

test('explains a subject with ids, which a policy that trusts names alone refuses', () => {
  const ids = jwt({ sub: 'repo:org@12/web@345:environment:production', aud: 'sts.amazonaws.com' })
  expect(hintFor(failed('AccessDenied'), inputs, ids)).toContain('trusts only `repo:org/web:…` refuses it')
  expect(hintFor(failed('AccessDenied'), inputs, token)).not.toContain('refuses it')
})

test.each([
  [failed('AccessDenied'), undefined, 'sts:TagSession'],
  [failed('InvalidIdentityToken', 'Incorrect token audience'), token, 'audience `sts.amazonaws.com`'],
  [failed('InvalidIdentityTokenException', 'No OpenIDConnect provider found'), token, 'ci-access'],
  [failed('ValidationError', 'exceeds the MaxSessionDuration set for this role'), token, 'role-duration-seconds'],
  [failed('PackedPolicyTooLarge'), undefined, 'inline-session-policy'],
  [failed('RegionDisabledException'), undefined, 'eu-west-1'],
])('says what to do about %s', (error, of, words) => expect(hintFor(error, inputs, of)).toContain(words))

test('gives no hint for an unknown error', () => {
  expect(hintFor(failed('Other'), inputs, token)).toBeUndefined()
  expect(hintFor('text', inputs, token)).toBeUndefined()
})

test.each([[''], ['a.b.c'], ['no token'], [`x.${Buffer.from('7').toString('base64url')}.y`]])(
  'reads no claims from %j',
  (text) => expect(claimsOf(text)).toBeUndefined(),
)
