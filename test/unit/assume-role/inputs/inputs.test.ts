import { readInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA' }
const minimal = { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1' }

const read = (inputs: Record<string, string> = {}, env: object = OIDC) =>
  readInputs({ ...RUN_ENV, ...env, ...actionInputs('assume-role', { ...minimal, ...inputs }) })

function refusal(inputs: Record<string, string>, env: object = OIDC): InputError {
  try {
    read(inputs, env)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

test('needs only a role and a region', () => {
  expect(read()).toEqual({
    role: { arn: ROLE, account: '222222222222' },
    region: 'eu-west-1',
    method: 'web-identity',
    tokenFile: undefined,
    useExisting: false,
    customTags: [],
    exportCredentials: true,
    clearProfile: false,
    sessionName: 'web-7-1',
    durationSeconds: 3600,
    audience: 'sts.amazonaws.com',
    allowedAccountIds: [],
    externalId: undefined,
    tagSession: true,
    transitiveTagKeys: [],
    inlineSessionPolicy: undefined,
    managedSessionPolicies: [],
    maskAccountId: false,
    outputCredentials: false,
  })
})

test.each([
  [OIDC, {}, 'web-identity'],
  [{ ...OIDC, ...KEYS }, {}, 'web-identity'],
  [{ ...OIDC, ...KEYS }, { 'role-chaining': 'true' }, 'chain'],
  [KEYS, {}, 'chain'],
] as const)('chooses the method from the environment %j and the inputs %j: %s', (env, inputs, method) => {
  expect(read(inputs as Record<string, string>, env).method).toBe(method)
})

test.each([
  ['arn:aws:iam::123456789012:role/path/to/deploy', '123456789012', 'eu-west-1'],
  ['arn:aws-cn:iam::123456789012:role/deploy', '123456789012', 'cn-north-1'],
  ['arn:aws-us-gov:iam::012345678901:role/deploy', '012345678901', 'us-gov-west-1'],
  ['arn:aws-eusc:iam::012345678901:role/deploy', '012345678901', 'eusc-de-east-1'],
])('accepts the role %s', (arn, account, region) =>
  expect(read({ 'role-to-assume': arn, 'aws-region': region }).role).toEqual({ arn, account }),
)

test.each([
  ['aws', 'cn-north-1'],
  ['aws-cn', 'eu-west-1'],
  ['aws-us-gov', 'us-east-1'],
  ['aws-cn', 'us-gov-west-1'],
])('refuses a role of the partition %s in %s', (partition, region) => {
  const error = refusal({ 'role-to-assume': `arn:${partition}:iam::123456789012:role/deploy`, 'aws-region': region })
  expect(error.message).toContain(`\`aws-region\` is \`${region}\`, and the role is of the partition \`${partition}\``)
})

test('makes a session name that AWS accepts from any repository name', () => {
  const name = (repository: string) =>
    readInputs({ ...OIDC, ...actionInputs('assume-role', minimal), ...RUN_ENV, GITHUB_REPOSITORY: repository })
      .sessionName
  expect(name(`org/${'x'.repeat(100)}`)).toMatch(/^x{60}-7-1$/)
  expect(name('org/täst 🚢')).toMatch(/^[\w+=,.@-]{2,64}$/)
  expect(readInputs({ ...OIDC, ...actionInputs('assume-role', minimal) }).sessionName).toBe('slipway')
})

test('removes white space from an inline policy, as AWS limits its size', () => {
  expect(read({ 'inline-session-policy': '{\n  "Statement": []\n}' }).inlineSessionPolicy).toBe('{"Statement":[]}')
})

test.each<[Record<string, string>, string, string]>([
  [{ 'role-to-assume': '' }, 'role-to-assume', 'arn:aws:iam'],
  [{ 'role-to-assume': 'deploy' }, 'role-to-assume', 'in full'],
  [{ 'role-to-assume': 'arn:aws:sts::222222222222:assumed-role/deploy/x' }, 'role-to-assume', 'in full'],
  [{ 'aws-region': 'AWS_REGION' }, 'aws-region', 'eu-west-1'],
  [{ 'aws-region': 'eu-west-1a' }, 'aws-region', 'availability zone'],
  [{ 'role-session-name': 'feature/x' }, 'role-session-name', 'slash'],
  [{ 'role-session-name': 'x' }, 'role-session-name', '2 to 64'],
  [{ 'role-duration-seconds': '60' }, 'role-duration-seconds', 'number'],
  [{ 'role-duration-seconds': '1h' }, 'role-duration-seconds', 'number'],
  [{ 'role-chaining': 'yes' }, 'role-chaining', 'true'],
  [{ 'allowed-account-ids': '22' }, 'allowed-account-ids', '12 digits'],
  [{ 'allowed-account-ids': '111111111111' }, 'role-to-assume', '111111111111'],
  [{ 'role-external-id': 'outside' }, 'role-external-id', 'role-chaining'],
  [{ 'transitive-tag-keys': 'Repository' }, 'transitive-tag-keys', 'role-chaining'],
  [{ 'transitive-tag-keys': 'Nonesuch' }, 'transitive-tag-keys', 'Repository'],
  [{ 'custom-tags': '{"Team": "web"}' }, 'custom-tags', 'role-chaining'],
  [{ 'web-identity-token-file': 'token', 'role-chaining': 'true' }, 'web-identity-token-file', 'Keep the one'],
  [{ 'output-env-credentials': 'false' }, 'output-env-credentials', 'output-credentials: true'],
  [
    { 'output-env-credentials': 'false', 'output-credentials': 'true', 'clear-aws-profile': 'true' },
    'clear-aws-profile',
    'Keep one',
  ],
  [
    { 'custom-tags': '{"Team": "web"}', 'role-chaining': 'true', 'role-skip-session-tagging': 'true' },
    'custom-tags',
    'Keep one',
  ],
  [
    { 'transitive-tag-keys': 'Repository', 'role-chaining': 'true', 'role-skip-session-tagging': 'true' },
    'transitive-tag-keys',
    'Keep one',
  ],
  [{ 'role-external-id': 'a b', 'role-chaining': 'true' }, 'role-external-id', 'trust policy'],
  [{ 'inline-session-policy': '{' }, 'inline-session-policy', 'JSON'],
  [{ 'managed-session-policies': 'ReadOnly' }, 'managed-session-policies', 'arn:aws:iam'],
  [{ 'mask-aws-account-id': '1' }, 'mask-aws-account-id', 'true'],
])('refuses %j, and names the input %s and the fix', (inputs, name, fix) => {
  const error = refusal(inputs)
  expect(error.input).toBe(name)
  expect(error.hint).toContain(fix)
})

test('lets long-lived keys assume a role for 12 hours, and temporary ones for one', () => {
  const given = { 'role-chaining': 'true', 'role-duration-seconds': '43200' }
  expect(read(given, KEYS).durationSeconds).toBe(43_200)
  expect(read(given, {}).durationSeconds).toBe(43_200)
  const error = refusal(given, { ...KEYS, AWS_SESSION_TOKEN: 'token' })
  expect(error.input).toBe('role-duration-seconds')
  expect(error.message).toContain('`AWS_SESSION_TOKEN`')
  expect(error.hint).toContain('at most 3600')
})

test('reads a transitive tag key once, and knows those of the run', () => {
  expect(read({ 'transitive-tag-keys': 'HeadRef, Branch\nHeadRef' }, KEYS).transitiveTagKeys).toEqual([
    'HeadRef',
    'Branch',
  ])
})

test.each<[string, string, object]>([
  ['inline-session-policy', '{"Statement": []}', OIDC],
  ['managed-session-policies', 'arn:aws:iam::aws:policy/ReadOnlyAccess', OIDC],
  ['custom-tags', '{"Team": "web"}', KEYS],
  ['transitive-tag-keys', 'Repository', KEYS],
])('refuses `use-existing-credentials` with `%s`, which credentials that are kept do not get', (name, value, env) => {
  const error = refusal({ 'use-existing-credentials': 'true', [name]: value }, env)
  expect(error.input).toBe('use-existing-credentials')
  expect(error.message).toContain(`\`${name}\` is set`)
  expect(error.hint).toContain('Remove `use-existing-credentials`')
  expect(() => read({ [name]: value }, env)).not.toThrow()
})

test.each([
  ['role-external-id', 'outside'],
  ['custom-tags', '{"Team": "web"}'],
  ['transitive-tag-keys', 'Repository'],
])('does not propose role chaining for `%s` with a token file, which refuses it', (name, value) => {
  expect(refusal({ 'web-identity-token-file': 'token', [name]: value })).toMatchObject({
    input: name,
    hint: 'Remove it.',
  })
})

test('does not show an external id that AWS does not accept', () => {
  const error = refusal({ 'role-external-id': 'hunter2 hunter2', 'role-chaining': 'true' })
  expect(error.message).toBe('Input `role-external-id` has the character U+0020, which AWS does not accept.')
})

test('names the missing permission of a job without token and credentials', () => {
  const error = refusal({}, {})
  expect(error.input).toBe('role-to-assume')
  expect(error.hint).toContain('id-token: write')
})
