import { enforceTrust } from '../../../../../rehearsal/cloud/authorization/trust.ts'
import { parsePolicy } from '../../../../../rehearsal/cloud/iam/policy.ts'
import { jobClaims, jwt } from '../../../../support/oidc.ts'

const ISSUER = 'token.actions.githubusercontent.com'
const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const trust = parsePolicy(
  JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::222222222222:oidc-provider/${ISSUER}` },
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${ISSUER}:sub`]: 'repo:org/web:environment:production' },
        },
      },
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Principal: { AWS: ['arn:aws:iam::111111111111:role/login', '333333333333'] },
      },
      { Effect: 'Allow', Action: 'sts:TagSession', Principal: { AWS: 'arn:aws:iam::111111111111:role/login' } },
    ],
  }),
)
const intercept = enforceTrust((role) => (role === ROLE ? trust : undefined))

function ask(action: string, form: Record<string, string>, who: readonly [account: string, role?: string] = ['1']) {
  const [account, role] = who
  return intercept({
    service: 'sts',
    protocol: 'query',
    action,
    caller: {
      account,
      role,
      region: 'eu-west-1',
      arn: role === undefined ? `arn:aws:iam::${account}:user/ada` : `arn:aws:sts::${account}:assumed-role/${role}/run`,
      userId: 'x',
      accessKeyId: 'x',
    },
    request: {
      method: 'POST',
      url: new URL('http://127.0.0.1/'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ RoleArn: ROLE, ...form }).toString()),
      arrived: 0,
    },
  })?.error?.message
}
const asJob = (claims: object, form: Record<string, string> = {}) =>
  ask('AssumeRoleWithWebIdentity', { WebIdentityToken: jwt(jobClaims(claims)), ...form })

const NOT = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
test.each<[string, object, string | undefined]>([
  ['with the claims of the policy', {}, undefined],
  ['with several audiences, one of them trusted', { aud: ['other', 'sts.amazonaws.com'] }, undefined],
  ['of another environment', { sub: 'repo:org/web:environment:stage' }, NOT],
  ['for another audience', { aud: 'other' }, NOT],
  ['of another issuer', { iss: 'https://token.example.com' }, NOT],
])('a token %s', (_, claims, message) => {
  expect(asJob(claims)).toBe(message)
})

test('a token that cannot be read is not trusted', () => {
  expect(ask('AssumeRoleWithWebIdentity', { WebIdentityToken: 'x' })).toBe(NOT)
})

test.each<[string, readonly [string, string?], Record<string, string>, string | undefined]>([
  ['a role by its ARN', ['111111111111', 'login'], {}, undefined],
  ['an account by its number', ['333333333333'], {}, undefined],
  [
    'another role',
    ['111111111111', 'other'],
    {},
    `User: arn:aws:sts::111111111111:assumed-role/other/run is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
  ],
  [
    'a role with tags',
    ['111111111111', 'login'],
    { 'Tags.member.1.Key': 'Actor', 'Tags.member.1.Value': 'ada' },
    undefined,
  ],
  [
    'tags of one that may not tag',
    ['333333333333'],
    { 'Tags.member.1.Key': 'Actor', 'Tags.member.1.Value': 'ada' },
    `User: arn:aws:iam::333333333333:user/ada is not authorized to perform: sts:TagSession on resource: ${ROLE}`,
  ],
])('%s', (_, who, form, message) => {
  expect(ask('AssumeRole', form, who)).toBe(message)
})

test('roles that are not known, and other calls, are left to STS', () => {
  expect(asJob({ sub: 'x' }, { RoleArn: 'arn:aws:iam::222222222222:role/other' })).toBeUndefined()
  expect(ask('GetCallerIdentity', {})).toBeUndefined()
})
