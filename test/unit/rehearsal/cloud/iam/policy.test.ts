import { PolicyError, parsePolicy } from '../../../../../rehearsal/cloud/iam/policy.ts'

const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const document = (more: object) => JSON.stringify({ Statement: { ...statement, ...more } })

test('reads one statement as a list of one, and single values as lists', () => {
  const text = document({ Sid: 'One', Condition: { Bool: { 'aws:SecureTransport': false } } })
  expect(parsePolicy(text)).toEqual([
    {
      sid: 'One',
      effect: 'Allow',
      actions: { except: false, patterns: ['s3:*'] },
      resources: { except: false, patterns: ['*'] },
      principals: undefined,
      conditions: [{ operator: 'Bool', key: 'aws:SecureTransport', values: ['false'] }],
    },
  ])
})

test.each([
  ['{', 'The policy is not JSON'],
  ['[]', 'The policy is not an object'],
  ['{}', 'The policy has no Statement'],
  ['{"Statement": []}', 'The policy has no Statement'],
  ['{"Statement": ["x"]}', 'Statement 1 is not an object'],
  [document({ Effect: 'allow' }), 'Effect must be Allow or Deny'],
  [document({ Action: undefined }), 'Statement 1 has neither Action nor NotAction'],
  [document({ NotAction: 's3:*' }), 'has both Action and NotAction'],
  [document({ Action: 'GetObject' }), 'GetObject is not an action'],
  [document({ Action: [{}] }), 'Action is neither text nor a list of texts'],
  // What IAM has, and this evaluator does not: refused, not ignored.
  [document({ NotPrincipal: '*' }), 'Statement 1 has NotPrincipal, which is not evaluated here'],
  [
    document({ Sid: 'Net', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    'Statement Net: IpAddress is not evaluated here',
  ],
  [
    document({ Resource: 'arn:aws:s3:::b/${aws:username}' }),
    'variables such as arn:aws:s3:::b/${aws:username} are not evaluated here',
  ],
])('refuses %s', (text, message) => {
  expect(() => parsePolicy(text)).toThrow(PolicyError)
  expect(() => parsePolicy(text)).toThrow(message)
})
