import { matchesWildcard } from '../../../../../rehearsal/cloud/kernel/wildcard.ts'

test.each([
  ['*', '', true],
  ['Describe*', 'DescribeServices', true],
  ['Describe*', 'ListServices', false],
  ['*Service', 'UpdateService', true],
  ['a*c*e', 'abcde', true],
  ['v1.*', 'v1x2', false],
  ['v1.*', 'v1.2', true],
  ['web', 'web-2', false],
  ['(a|b)', 'a', false],
])('%s and %j: %s', (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches)
})

test('compares with flags', () => {
  expect(matchesWildcard('ecr:Batch*', 'ECR:batchGetImage')).toBe(false)
  expect(matchesWildcard('ecr:Batch*', 'ECR:batchGetImage', 'i')).toBe(true)
})
