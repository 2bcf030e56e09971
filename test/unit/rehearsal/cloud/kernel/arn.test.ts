import { formatArn, formatGlobalArn, parseArn } from '../../../../../rehearsal/cloud/kernel/arn.ts'

test.each([
  [
    'arn:aws:ecs:eu-west-1:123456789012:service/prod/web',
    { service: 'ecs', region: 'eu-west-1', account: '123456789012', resource: 'service/prod/web' },
  ],
  [
    'arn:aws:ecs:us-east-1:123456789012:task-definition/web:42',
    { service: 'ecs', region: 'us-east-1', account: '123456789012', resource: 'task-definition/web:42' },
  ],
  [
    'arn:aws-cn:iam::123456789012:role/team/ci',
    { service: 'iam', region: '', account: '123456789012', resource: 'role/team/ci' },
  ],
  ['arn:aws:s3:::state', { service: 's3', region: '', account: '', resource: 'state' }],
  [
    'arn:aws-eusc:secretsmanager:eusc-de-east-1:123456789012:secret:key-AbCdEf:password::',
    {
      service: 'secretsmanager',
      region: 'eusc-de-east-1',
      account: '123456789012',
      resource: 'secret:key-AbCdEf:password::',
    },
  ],
])('parses %s', (text, arn) => {
  expect(parseArn(text)).toEqual(arn)
})

test.each([
  '',
  'web',
  'service/prod/web',
  'arn:aws:ecs:eu-west-1',
  'arn:aws:ecs:eu-west-1:42:service/web',
  'arn:gcp:x:y::z',
])('returns undefined for %j', (text) => {
  expect(parseArn(text)).toBeUndefined()
})

test('formats what it parses', () => {
  const scope = { region: 'eu-west-1', account: '123456789012' }
  expect(parseArn(formatArn('ecr', scope, 'repository/web'))).toEqual({
    ...scope,
    service: 'ecr',
    resource: 'repository/web',
  })
  expect(formatGlobalArn('sts', scope.account, 'assumed-role/ci/run')).toBe(
    'arn:aws:sts::123456789012:assumed-role/ci/run',
  )
})
