import {
  accountOf,
  familyOf,
  parseTaskDefinitionArn,
  regionOf,
  revisionName,
  revisionNumber,
  targetGroupName,
  taskId,
} from '../../../../actions/deploy-ecs/src/aws/short-names.ts'

test.each([
  ['arn:aws:ecs:eu-west-1:123456789012:task-definition/web:42', 'web:42', 'web', 42],
  ['arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web-2_x:7', 'web-2_x:7', 'web-2_x', 7],
  ['web:12', 'web:12', 'web', 12],
  ['web-2:1', 'web-2:1', 'web-2', 1],
])('%s is revision %s: family %s, number %d', (revision, name, family, number) => {
  expect(revisionName(revision)).toBe(name)
  expect(familyOf(revision)).toBe(family)
  expect(revisionNumber(revision)).toBe(number)
})

test('a family without a revision has no number', () => {
  expect(familyOf('web')).toBe('web')
  expect(revisionNumber('web')).toBeNaN()
})

test.each([
  ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef', 'web'],
  ['not an ARN', 'not an ARN'],
])('the name of target group %s is %s', (arn, name) => {
  expect(targetGroupName(arn)).toBe(name)
})

test.each([
  ['arn:aws:ecs:eu-west-1:123456789012:task/prod/0123abcd', '0123abcd'],
  // Accounts from before 2018 can have ARNs without the cluster.
  ['arn:aws:ecs:eu-west-1:123456789012:task/0123abcd', '0123abcd'],
  ['0123abcd', '0123abcd'],
])('the id of task %s is %s', (arn, id) => {
  expect(taskId(arn)).toBe(id)
})

test.each([
  ['arn:aws:ecs:eu-west-1:123456789012:task-definition/web:42', 'web:42'],
  ['arn:aws-eusc:ecs:eusc-de-east-1:123456789012:task-definition/web', 'web'],
  ['arn:aws:ecs:eu-west-1:123456789012:task/web', undefined],
  ['arn:aws:ecs::123456789012:task-definition/web:1', undefined],
  ['arn:aws:ecs:eu-west-1::task-definition/web:1', undefined],
  ['arn:aws:iam:eu-west-1:123456789012:task-definition/web:1', undefined],
  ['arn:aws:ecs:eu-west-1:123456789012:task-definition/web:latest', undefined],
  ['web:42', undefined],
])('the task definition of %s is %s', (text, name) => {
  expect(parseTaskDefinitionArn(text)).toBe(name)
})

test.each([
  ['arn:aws:ecs:eu-west-1:123456789012:task/prod/0123abcd', 'eu-west-1', '123456789012'],
  ['arn:aws:iam::123456789012:role/web', '', '123456789012'],
  ['web:42', '', ''],
])('%s is in region %j, account %j', (arn, region, account) => {
  expect(regionOf(arn)).toBe(region)
  expect(accountOf(arn)).toBe(account)
})
