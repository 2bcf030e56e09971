import { type Arn, formatArn, parseArn, resourceName, splitResource } from '../../../../toolkit/aws/arn.ts'

const arn = (partition: string, service: string, region: string, accountId: string, resource: string): Arn => ({
  partition,
  service,
  region,
  accountId,
  resource,
})

test.each<[string, Arn, { type: string; id: string }]>([
  [
    'arn:aws:ecs:eu-west-1:123456789012:service/prod/web',
    arn('aws', 'ecs', 'eu-west-1', '123456789012', 'service/prod/web'),
    { type: 'service', id: 'prod/web' },
  ],
  [
    'arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/web:42',
    arn('aws-cn', 'ecs', 'cn-north-1', '123456789012', 'task-definition/web:42'),
    { type: 'task-definition', id: 'web:42' },
  ],
  [
    'arn:aws-us-gov:iam::123456789012:role/ci/deploy',
    arn('aws-us-gov', 'iam', '', '123456789012', 'role/ci/deploy'),
    { type: 'role', id: 'ci/deploy' },
  ],
  [
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    arn('aws', 'iam', '', 'aws', 'policy/ReadOnlyAccess'),
    { type: 'policy', id: 'ReadOnlyAccess' },
  ],
  [
    'arn:aws-eusc:secretsmanager:eusc-de-east-1:123456789012:secret:db-AbCdEf',
    arn('aws-eusc', 'secretsmanager', 'eusc-de-east-1', '123456789012', 'secret:db-AbCdEf'),
    { type: 'secret', id: 'db-AbCdEf' },
  ],
  [
    'arn:aws-iso:elasticloadbalancing:us-iso-east-1:123456789012:targetgroup/web/73e2d6bc24d8a067',
    arn('aws-iso', 'elasticloadbalancing', 'us-iso-east-1', '123456789012', 'targetgroup/web/73e2d6bc24d8a067'),
    { type: 'targetgroup', id: 'web/73e2d6bc24d8a067' },
  ],
  [
    'arn:aws-iso-b:s3:::state/prod.tfstate',
    arn('aws-iso-b', 's3', '', '', 'state/prod.tfstate'),
    { type: 'state', id: 'prod.tfstate' },
  ],
  [
    'arn:aws-iso-e:sns:eu-isoe-west-1:123456789012:deploys',
    arn('aws-iso-e', 'sns', 'eu-isoe-west-1', '123456789012', 'deploys'),
    { type: '', id: 'deploys' },
  ],
  [
    'arn:aws-iso-f:logs:us-isof-south-1:123456789012:log-group:/ecs/web:*',
    arn('aws-iso-f', 'logs', 'us-isof-south-1', '123456789012', 'log-group:/ecs/web:*'),
    { type: 'log-group', id: '/ecs/web:*' },
  ],
])('%s', (text, expected, resource) => {
  expect(parseArn(text)).toEqual(expected)
  expect(formatArn(expected)).toBe(text)
  expect(splitResource(expected)).toEqual(resource)
})

test.each([
  '',
  'web',
  'arn:aws:ecs',
  'arn:aws:ecs:eu-west-1:123456789012:',
  'arn:aws:ecs:eu-west-1:12345678901:service/prod/web',
  'arn:gcp:ecs:eu-west-1:123456789012:service/prod/web',
  'arn::ecs:eu-west-1:123456789012:service/prod/web',
  ' arn:aws:ecs:eu-west-1:123456789012:service/prod/web',
  'arn:aws:ecs:eu-west-1:123456789012:service/prod/web\n',
  'arn:aws:ecs:eu-west-1:123456789012:service/prod web',
])('%j is no ARN', (text) => {
  expect(parseArn(text)).toBeUndefined()
})

test.each([
  ['arn:aws:ecs:eu-west-1:123456789012:task-definition/web:42', 'web:42'],
  ['arn:aws:ecs:eu-west-1:123456789012:service-deployment/prod/web/AbC', 'AbC'],
  ['web:42', 'web:42'],
])('%s has the resource name %s', (text, name) => {
  expect(resourceName(text)).toBe(name)
})
