import { checkSession } from '../../../../../rehearsal/cloud/accounts/session-limits.ts'
import { AwsError } from '../../../../../rehearsal/cloud/kernel/errors.ts'

const tag = (Key: string, Value = 'x') => ({ Key, Value })
const many = (count: number) => Array.from({ length: count }, (_, at) => tag(`k${at}`))

test.each([
  [{}],
  [{ ExternalId: 'a:b/c', Policy: '{"Statement": []}', Tags: [tag('Branch', 'refs/heads/main'), tag('Empty', '')] }],
  [{ Tags: many(50), TransitiveTagKeys: ['K1'] }],
])('accepts %j', (input) => expect(() => checkSession(input)).not.toThrow())

test.each([
  [
    { ExternalId: 'a' },
    'ValidationError',
    "'externalId' failed to satisfy constraint: Member must have length greater",
  ],
  [{ ExternalId: 'a b' }, 'ValidationError', 'regular expression pattern'],
  [{ Policy: '{' }, 'MalformedPolicyDocument', 'invalid Json'],
  [{ Policy: '[]' }, 'MalformedPolicyDocument', 'invalid Json'],
  [{ Policy: ' '.repeat(2049) }, 'ValidationError', 'less than or equal to 2048'],
  [{ PolicyArns: Array.from({ length: 11 }, () => ({ arn: 'x' })) }, 'ValidationError', "'policyArns'"],
  [{ Tags: many(51) }, 'ValidationError', "'tags'"],
  [{ Tags: [tag('Actor', 'a[bot]')] }, 'ValidationError', "Value 'a[bot]' at 'tags.1.member.value'"],
  [{ Tags: [tag('Team'), tag('team')] }, 'InvalidParameterValue', 'Duplicate tag keys'],
  [{ TransitiveTagKeys: ['Team'] }, 'InvalidParameterValue', 'must be included in the requested tags'],
])('refuses %j as %s', (input, code, words) => {
  let error: unknown
  try {
    checkSession(input)
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(AwsError)
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
})
