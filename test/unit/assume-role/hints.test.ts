import { claimsOf, hintFor } from '../../../actions/assume-role/src/hints.ts'
import { readInputs } from '../../../actions/assume-role/src/inputs.ts'
import { SESSION_TAG_KEYS, sessionTags } from '../../../actions/assume-role/src/session-tags.ts'
import { readWorkflowRun } from '../../../toolkit/github.ts'
import { inputsEnv, RUN_ENV } from '../../support/datadog-event/datadog.ts'
import { jwt } from '../../support/oidc.ts'

const inputs = readInputs({
  ...RUN_ENV,
  AWS_ACCESS_KEY_ID: 'AKIA',
  ...inputsEnv({ 'role-to-assume': 'arn:aws:iam::222222222222:role/deploy', 'aws-region': 'eu-west-1' }),
})
const token = jwt({ sub: 'repo:org/web:environment:production', aud: 'sts.amazonaws.com' })
const failed = (name: string, message = 'no') => Object.assign(new Error(message), { name })

test('shows the claims of a token that the role does not trust', () => {
  const hint = hintFor(failed('AccessDenied'), inputs, token)
  expect(hint).toContain('`repo:org/web:environment:production`')
  expect(hint).toContain('`sts.amazonaws.com`')
  expect(hint).not.toContain(token)
})

test('a subject with ids is told from one without, as a policy that trusts names alone is the usual cause', () => {
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
])('%s has a way out', (error, of, words) => expect(hintFor(error, inputs, of)).toContain(words))

test('gives no hint for an unknown error', () => {
  expect(hintFor(failed('Other'), inputs, token)).toBeUndefined()
  expect(hintFor('text', inputs, token)).toBeUndefined()
})

test.each([[''], ['a.b.c'], ['no token'], [`x.${Buffer.from('7').toString('base64url')}.y`]])(
  '%j has no claims',
  (text) => expect(claimsOf(text)).toBeUndefined(),
)

test('the tags of a session tell of the run, in the characters that AWS takes', () => {
  const tags = sessionTags(
    readWorkflowRun({ ...RUN_ENV, GITHUB_ACTOR: 'dependabot[bot]', GITHUB_WORKFLOW: 'Déploy & tell' }),
  )
  expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toEqual({
    GitHub: 'Actions',
    Repository: 'org/web',
    Workflow: 'Déploy _ tell',
    Actor: 'dependabot_bot_',
    Commit: RUN_ENV['GITHUB_SHA'],
    Branch: 'main',
    RunId: '7',
  })
  expect(tags.map(({ Key }) => Key)).toEqual([...SESSION_TAG_KEYS])
})

test('sets no tag without a value', () => {
  expect(sessionTags(readWorkflowRun({}))).toEqual([{ Key: 'GitHub', Value: 'Actions' }])
})
