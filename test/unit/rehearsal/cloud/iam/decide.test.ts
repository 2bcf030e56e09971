// AWS's documentation is the oracle: each group names the page that its examples are from.
import { type AccessRequest, decide } from '../../../../../rehearsal/cloud/iam/decide.ts'
import { parsePolicy } from '../../../../../rehearsal/cloud/iam/policy.ts'

const policy = (...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }))
const allow = (more: object) => ({
  Effect: 'Allow',
  ...('NotAction' in more ? {} : { Action: '*' }),
  ...('NotResource' in more ? {} : { Resource: '*' }),
  ...more,
})
const deny = (more: object) => allow({ Effect: 'Deny', ...more })
const ask = (action: string, resource = '*', context: AccessRequest['context'] = {}): AccessRequest => ({
  action,
  resource,
  context,
})
const answer = (request: AccessRequest, ...statements: object[]) => decide(request, [policy(...statements)]).answer

describe('the order of a decision (reference_policies_evaluation-logic)', () => {
  test('is a denial without any statement about the request', () => {
    expect(decide(ask('s3:GetObject'), []).answer).toBe('implicit-deny')
    expect(answer(ask('s3:GetObject'), allow({ Action: 's3:PutObject' }))).toBe('implicit-deny')
  })

  // reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay
  test.each([
    ['iam:GetUser', 'allowed'],
    ['iam:ListRoles', 'allowed'],
    ['iam:CreatePolicy', 'implicit-deny'],
    ['iam:GetOrganizationsAccessReport', 'explicit-deny'],
    ['iam:GenerateCredentialReport', 'explicit-deny'],
  ])('%s is %s beside a Deny of reports', (action, expected) => {
    const statements = [
      allow({ Sid: 'AllowGetList', Action: ['iam:Get*', 'iam:List*'] }),
      deny({ Sid: 'DenyReports', Action: 'iam:*Report' }),
    ]
    expect(answer(ask(action), ...statements)).toBe(expected)
    // Whatever the order.
    expect(answer(ask(action), ...statements.toReversed())).toBe(expected)
  })

  // access_policies_boundaries
  test('needs every layer: a boundary allows nothing by itself, and limits what the identity may', () => {
    const boundary = policy(allow({ Action: ['s3:*', 'cloudwatch:*', 'ec2:*'] }))
    const identity = policy(allow({ Action: 'iam:CreateUser' }), allow({ Action: 's3:*' }))
    expect(decide(ask('iam:CreateUser'), [identity], [boundary]).answer).toBe('implicit-deny')
    expect(decide(ask('ec2:RunInstances'), [identity], [boundary]).answer).toBe('implicit-deny')
    expect(decide(ask('s3:GetObject'), [identity], [boundary]).answer).toBe('allowed')
    expect(decide(ask('s3:GetObject'), [identity], [policy(deny({ Action: 's3:GetObject' }))]).answer).toBe(
      'explicit-deny',
    )
  })

  test('names the statement that decided', () => {
    const decision = decide(ask('s3:GetObject'), [
      policy(allow({ Sid: 'Other', Action: 'ec2:*' })),
      policy(allow({ Sid: 'All' })),
    ])
    expect(decision).toMatchObject({ answer: 'allowed', by: { sid: 'All' } })
  })
})

describe('actions (reference_policies_elements_action, _notaction)', () => {
  test.each([
    ['iam:ListAccessKeys', 'IAM:listaccesskeys', true],
    ['iam:ListAccessKeys', 'iam:*AccessKey*', true],
    ['iam:ListRoles', 'iam:*AccessKey*', false],
    ['s3:GetObject', '*', true],
    ['s3:GetObject', 's3:Get?bject', true],
    ['s3:GetObjectAcl', 's3:GetObject', false],
    ['sqs:SendMessage', 's?s:SendMessage', false],
  ])('%s by %s: %s', (action, pattern, expected) => {
    const statement = () => answer(ask(action), allow({ Action: pattern }))
    // A wildcard in the name of a service is no action in IAM.
    if (pattern.startsWith('s?s')) expect(statement).toThrow('s?s:SendMessage is not an action')
    else expect(statement() === 'allowed').toBe(expected)
  })

  test('NotAction allows all other actions, also those of other services', () => {
    const notIam = allow({ NotAction: 'iam:*' })
    expect(answer(ask('s3:DeleteBucket'), notIam)).toBe('allowed')
    expect(answer(ask('iam:CreateUser'), notIam)).toBe('implicit-deny')
  })

  test('Deny with NotAction leaves what it names to other statements', () => {
    const withoutMfa = deny({
      NotAction: 'iam:*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    })
    expect(answer(ask('s3:GetObject'), withoutMfa, allow({}))).toBe('explicit-deny')
    expect(answer(ask('iam:ListUsers'), withoutMfa, allow({}))).toBe('allowed')
    expect(answer(ask('iam:ListUsers'), withoutMfa)).toBe('implicit-deny')
    expect(answer(ask('s3:GetObject', '*', { 'aws:MultiFactorAuthPresent': 'true' }), withoutMfa, allow({}))).toBe(
      'allowed',
    )
  })
})

describe('resources (reference_policies_elements_resource, _notresource)', () => {
  const BUCKET = 'arn:aws:s3:::amzn-s3-demo-bucket'
  test.each([
    [`${BUCKET}/*/test/*`, `${BUCKET}/1/test/object.jpg`, true],
    [`${BUCKET}/*/test/*`, `${BUCKET}/1/2/test/object.jpg`, true],
    [`${BUCKET}/*/test/*`, `${BUCKET}/1/2/test/3/object.jpg`, true],
    [`${BUCKET}/*/test/*`, `${BUCKET}/1/2/test/3/test/object.jpg`, true],
    [`${BUCKET}/*/test/*`, `${BUCKET}/1-test/object.jpg`, false],
    [`${BUCKET}/*/test/*`, `${BUCKET}/test/object.jpg`, false],
    [`${BUCKET}/*/test/*`, `${BUCKET}/1/2/test.jpg`, false],
    [BUCKET, `${BUCKET}/object`, false],
    [`${BUCKET}/*`, BUCKET, false],
    [`${BUCKET}/Object`, `${BUCKET}/object`, false],
    [`${BUCKET}/?.tfstate`, `${BUCKET}/a.tfstate`, true],
    [`${BUCKET}/?.tfstate`, `${BUCKET}/ab.tfstate`, false],
    [`${BUCKET}/a.tfstate`, `${BUCKET}/a-tfstate`, false],
    ['arn:aws:ecs:*:123456789012:service/prod/*', 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web', true],
    ['arn:aws:ecs:*:123456789012:service/prod/*', 'arn:aws:ecs:eu-west-1:123456789012:service/production/web', false],
    ['arn:aws:ecs:*:123456789012:service/prod/*', 'arn:aws:ecs:eu-west-1:210987654321:service/prod/web', false],
    [
      'arn:aws:logs:*:123456789012:log-group:/ecs/*',
      'arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:log-stream:ecs/app/1',
      true,
    ],
    // A statement on resources is none about an action that is not tied to one.
    ['arn:aws:ecs:*:123456789012:*', '*', false],
    ['*', 'arn:aws:ecs:eu-west-1:123456789012:cluster/prod', true],
  ])('%s covers %s: %s', (pattern, resource, expected) => {
    expect(answer(ask('s3:GetObject', resource), allow({ Resource: pattern })) === 'allowed').toBe(expected)
  })

  test('Deny with NotResource denies everything but what it names', () => {
    const elsewhere = deny({
      Action: 's3:*',
      NotResource: [`${BUCKET}/HRBucket/Payroll`, `${BUCKET}/HRBucket/Payroll/*`],
    })
    expect(answer(ask('s3:GetObject', `${BUCKET}/HRBucket/Payroll/1`), elsewhere, allow({}))).toBe('allowed')
    expect(answer(ask('s3:GetObject', `${BUCKET}/HRBucket/Other`), elsewhere, allow({}))).toBe('explicit-deny')
  })
})

describe('principals of a trust policy (reference_policies_elements_principal)', () => {
  const PROVIDER = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
  const trust = [
    policy({
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' } },
    }),
  ]
  const token = (principal: AccessRequest['principal'], aud = 'sts.amazonaws.com'): AccessRequest => ({
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: undefined,
    context: { 'token.actions.githubusercontent.com:aud': aud },
    ...(principal === undefined ? {} : { principal }),
  })

  test.each([
    ['its provider', token({ Federated: [PROVIDER] }), 'allowed'],
    ['its provider, for another audience', token({ Federated: [PROVIDER] }, 'other'), 'implicit-deny'],
    ['another provider', token({ Federated: [`${PROVIDER}.example`] }), 'implicit-deny'],
    ['a role', token({ AWS: [PROVIDER] }), 'implicit-deny'],
    ['none', token(undefined), 'implicit-deny'],
  ])('asked by %s', (_, request, expected) => {
    expect(decide(request, trust).answer).toBe(expected)
  })
})
