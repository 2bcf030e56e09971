import { policyAllows } from '../../../../../rehearsal/cloud/accounts/resource-policy.ts'

const caller = { account: '222222222222', arn: 'arn:aws:sts::222222222222:assumed-role/deploy/run-7' }
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (more: object) => ({ Effect: 'Allow', Principal: '*', Action: 'ecr:*', ...more })

test.each([
  ['everyone', allow({})],
  ['the account by its number', allow({ Principal: { AWS: '222222222222' } })],
  ['the account by its root', allow({ Principal: { AWS: ['arn:aws:iam::222222222222:root'] } })],
  ['the role behind the session', allow({ Principal: { AWS: 'arn:aws:iam::222222222222:role/deploy' } })],
  ['the action by name', allow({ Action: ['ecr:PutImage', 'ecr:BatchGetImage'] })],
  ['the action by pattern, in any case', allow({ Action: 'ECR:Batch*' })],
  ['all but another action', allow({ Action: undefined, NotAction: 'ecr:PutImage' })],
])('allows %s', (_, statement) => {
  expect(policyAllows(policy(statement), caller, 'ecr:BatchGetImage')).toBe(true)
})

test.each([
  ['no policy', undefined],
  ['another account', policy(allow({ Principal: { AWS: '333333333333' } }))],
  ['another role', policy(allow({ Principal: { AWS: 'arn:aws:iam::222222222222:role/other' } }))],
  ['another action', policy(allow({ Action: 'ecr:PutImage' }))],
  ['another service', policy(allow({ Action: 's3:*' }))],
  ['a service as principal', policy(allow({ Principal: { Service: 'lambda.amazonaws.com' } }))],
  ['a condition on a key that the request does not have', policy(allow({ Condition: { StringEquals: { a: 'b' } } }))],
  ['a denial beside', policy(allow({}), allow({ Effect: 'Deny', Action: 'ecr:BatchGetImage' }))],
])('allows nothing with %s', (_, text) => {
  expect(policyAllows(text, caller, 'ecr:BatchGetImage')).toBe(false)
})

test('a denial of plain HTTP alone takes nothing from an allowance', () => {
  const tlsOnly = allow({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
  expect(policyAllows(policy(allow({}), tlsOnly), caller, 'ecr:BatchGetImage')).toBe(true)
})
