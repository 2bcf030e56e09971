import { collectDependencies } from '../../../../actions/deploy-ecs/src/dependencies/collect.ts'

const here = { account: '123456789012', region: 'eu-west-1' }
const dependencyOf = (valueFrom: string) =>
  collectDependencies(
    { family: 'web', containerDefinitions: [{ name: 'app', secrets: [{ name: 'X', valueFrom }] }] },
    here,
  )[0]?.dependency

test.each<[string, object]>([
  ['/web/token', { kind: 'parameter', names: ['/web/token'], ...here }],
  ['token', { kind: 'parameter', names: ['token'], ...here }],
  ['/web/token:3', { kind: 'parameter', name: '/web/token' }],
  [
    'arn:aws:ssm:us-east-1:210987654321:parameter/a/b',
    { names: ['/a/b'], region: 'us-east-1', account: '210987654321' },
  ],
  ['arn:aws-cn:ssm:cn-north-1:123456789012:parameter/b:live', { names: ['b', '/b'], region: 'cn-north-1' }],
  ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-AbCdEf', { kind: 'secret', stage: 'AWSCURRENT', ...here }],
  [
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:b-AbCdEf:key::',
    { name: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:b-AbCdEf', stage: 'AWSCURRENT' },
  ],
  ['arn:aws:secretsmanager:us-east-1:123456789012:secret:b::NEXT:', { stage: 'NEXT', region: 'us-east-1' }],
  ['arn:aws:s3:::bucket/key', { kind: 'value' }],
])('valueFrom %s is the dependency %j', (valueFrom, dependency) => {
  expect(dependencyOf(valueFrom)).toMatchObject(dependency)
})

test('a version of a secret that is named by its id has no stage', () => {
  expect(dependencyOf('arn:aws:secretsmanager:eu-west-1:123456789012:secret:b:key::id-1')).not.toHaveProperty('stage')
})

test('a task definition without roles, secrets and log groups has no dependencies', () => {
  const container = { name: 'app', logConfiguration: { logDriver: 'json-file' as const } }
  expect(collectDependencies({ family: 'web', containerDefinitions: [container] }, here)).toEqual([])
})

test('the name in `repositoryCredentials` is that of a secret, not of a parameter', () => {
  const repositoryCredentials = { credentialsParameter: 'docker-hub' }
  const [reference] = collectDependencies(
    { family: 'web', containerDefinitions: [{ name: 'app', repositoryCredentials }] },
    here,
  )
  expect(reference?.dependency).toMatchObject({ kind: 'secret', name: 'docker-hub', ...here })
})

test('collects roles, secrets, registry credentials and log groups, each with where it is referenced', () => {
  const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`
  const references = collectDependencies(
    {
      family: 'web',
      taskRoleArn: 'arn:aws:iam::210987654321:role/team/web',
      executionRoleArn: 'execution',
      containerDefinitions: [
        {
          name: 'app',
          secrets: [{ name: 'TOKEN', valueFrom: '/web/token' }],
          repositoryCredentials: { credentialsParameter: secret('hub') },
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/web', 'awslogs-region': 'us-east-1' },
            secretOptions: [{ name: 'apikey', valueFrom: secret('key') }],
          },
        },
        { name: 'proxy' },
      ],
    },
    here,
  )
  expect(
    references.map(({ by, dependency }) => [
      by,
      dependency.kind,
      dependency.name,
      dependency.account,
      dependency.region,
    ]),
  ).toEqual([
    ['task definition `web`, `taskRoleArn`', 'role', 'web', '210987654321', 'eu-west-1'],
    ['task definition `web`, `executionRoleArn`', 'role', 'execution', '123456789012', 'eu-west-1'],
    [
      'task definition `web`, container `app`, `secrets` `TOKEN`',
      'parameter',
      '/web/token',
      '123456789012',
      'eu-west-1',
    ],
    [
      'task definition `web`, container `app`, `repositoryCredentials`',
      'secret',
      secret('hub'),
      '123456789012',
      'eu-west-1',
    ],
    ['task definition `web`, container `app`, `awslogs-group`', 'log group', '/web', '123456789012', 'us-east-1'],
    [
      'task definition `web`, container `app`, `secretOptions` `apikey`',
      'secret',
      secret('key'),
      '123456789012',
      'eu-west-1',
    ],
  ])
})

test.each([
  ['awslogs', { 'awslogs-group': '/web' }, 1],
  // The execution role creates the group.
  ['awslogs', { 'awslogs-group': '/web', 'awslogs-create-group': 'true' }, 0],
  ['awslogs', { 'awslogs-group': '/web', 'awslogs-create-group': 'false' }, 1],
  ['awslogs', {}, 0],
  ['fluentd', { 'awslogs-group': '/web' }, 0],
] as const)('driver %s with options %j has %d log groups', (logDriver, options, count) => {
  const container = { name: 'app', logConfiguration: { logDriver, options: { ...options } } }
  expect(collectDependencies({ family: 'web', containerDefinitions: [container] }, here)).toHaveLength(count)
})
