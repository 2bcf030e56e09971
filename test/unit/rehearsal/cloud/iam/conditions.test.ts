// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
// reference_policies_condition-single-vs-multi-valued-context-keys.html
import { type Context, holds } from '../../../../../rehearsal/cloud/iam/conditions.ts'

const BUCKET = 'arn:aws:s3:::bucket'
const ROLE = 'arn:aws:iam::123456789012:role'

test.each<[operator: string, values: string[], found: Context[string] | undefined, expected: boolean]>([
  // Strings. Case matters, unless the operator says not.
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', ['a'], 'A', false],
  ['StringEquals', ['a*'], 'ab', false],
  ['StringEqualsIgnoreCase', ['a'], 'A', true],
  ['StringLike', ['home/*', 'x'], 'home/a/b', true],
  ['StringLike', ['home/?'], 'home/ab', false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotLike', ['a*'], 'ab', false],
  ['StringNotEqualsIgnoreCase', ['a'], 'A', false],
  // A missing key: false; true for negated operators and IfExists.
  ['StringEquals', ['a'], undefined, false],
  ['StringLike', ['*'], undefined, false],
  ['StringNotEquals', ['a'], undefined, true],
  ['ArnNotLike', ['*'], undefined, true],
  ['StringEqualsIfExists', ['a'], undefined, true],
  ['StringEqualsIfExists', ['a'], 'b', false],
  ['Bool', ['true'], undefined, false],
  // ARNs are compared part by part; ArnEquals takes wildcards, too.
  ['ArnLike', [`${ROLE}/web-*`], `${ROLE}/web-task`, true],
  ['ArnEquals', [`${ROLE}/web-*`], `${ROLE}/web-task`, true],
  ['ArnLike', ['arn:aws:iam::*:role/*'], `${ROLE}/path/web`, true],
  ['ArnLike', ['arn:aws:*'], `${ROLE}/web`, false],
  ['ArnLike', ['arn:aws:ecs:*:cluster/prod'], 'arn:aws:ecs:eu-west-1:1:cluster/prod', false],
  ['ArnLike', ['arn:*:s3:::bucket'], BUCKET, true],
  ['ArnNotEquals', [BUCKET], BUCKET, false],
  ['ArnLike', ['arn:aws:logs:*:1:log-group:a*'], 'arn:aws:logs:eu-west-1:1:log-group:a:log-stream:b', true],
  // Booleans and numbers.
  ['Bool', ['true'], 'True', true],
  ['Bool', ['true'], 'false', false],
  ['NumericLessThanEquals', ['10'], '10', true],
  ['NumericLessThan', ['10'], '9', true],
  ['NumericGreaterThan', ['10'], '9', false],
  ['NumericGreaterThanEquals', ['10'], '10.0', true],
  ['NumericEquals', ['10'], '10.0', true],
  ['NumericNotEquals', ['10'], '11', true],
  // Null: true asks for a key that is missing, false for one that is there.
  ['Null', ['true'], undefined, true],
  ['Null', ['true'], 'x', false],
  ['Null', ['false'], 'x', true],
  ['Null', ['false'], undefined, false],
  // Several values in the request.
  ['ForAllValues:StringEquals', ['a', 'b'], ['a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ['ForAllValues:StringLike', ['a*'], [], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], undefined, false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
])('%s %j of %j: %s', (operator, values, found, expected) => {
  const context: Context = found === undefined ? {} : { 'aws:Key': found }
  expect(holds({ operator, key: 'AWS:key', values }, context)).toBe(expected)
})
