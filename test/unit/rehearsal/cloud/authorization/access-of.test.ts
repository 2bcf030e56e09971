// Expected by AWS's Service Authorization Reference: the resource types and condition keys of each action.
import { accessOf, UnknownAccess } from '../../../../../rehearsal/cloud/authorization/access-of.ts'
import type { Call } from '../../../../../rehearsal/cloud/kernel/service.ts'

const ACCOUNT = '123456789012'
const ecs = (resource: string) => `arn:aws:ecs:eu-west-1:${ACCOUNT}:${resource}`
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`
const PROD = { 'ecs:cluster': ecs('cluster/prod') }
const facts = { rolesOf: (name: string) => (name.startsWith('web') ? [role('web-task')] : []) }

const caller = {
  account: ACCOUNT,
  region: 'eu-west-1',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`,
  userId: 'AROA:run',
  role: 'deploy',
  accessKeyId: 'ASIA',
}
const url = (path = '/') => new URL(`http://127.0.0.1${path}`)
const call = (
  service: string,
  action: string,
  more: Partial<Call['request']> = {},
  protocol: Call['protocol'] = 'json',
) =>
  ({
    service,
    action,
    protocol,
    caller,
    request: { method: 'POST', url: url(), headers: {}, body: Buffer.from(''), arrived: 0, ...more },
  }) satisfies Call
const json = (service: string, action: string, input: object) =>
  call(service, action, { body: Buffer.from(JSON.stringify(input)) })
const s3 = (action: string, path: string, headers = {}) => call('s3', action, { url: url(path), headers }, 'rest-xml')
const query = (service: string, action: string, form: Record<string, string>) =>
  call(
    service,
    action,
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ Action: action, ...form }).toString()),
    },
    'query',
  )

/** Without the keys that every request has. */
const needs = (one: Call) =>
  accessOf(one, facts).map(({ action, resource, context }) => {
    const own = Object.entries(context).filter(([key]) => !/^aws:(Principal|Requested|Secure)/.test(key))
    return [action, resource, Object.fromEntries(own)]
  })

test.each<[string, Call, unknown[][]]>([
  [
    'services by name and ARN',
    json('ecs', 'DescribeServices', { cluster: 'prod', services: ['web', ecs('service/prod/api')] }),
    [
      ['ecs:DescribeServices', ecs('service/prod/web'), PROD],
      ['ecs:DescribeServices', ecs('service/prod/api'), PROD],
    ],
  ],
  [
    'the default cluster, and a cluster by ARN',
    json('ecs', 'ListServiceDeployments', { service: 'web' }),
    [['ecs:ListServiceDeployments', ecs('service/default/web'), { 'ecs:cluster': ecs('cluster/default') }]],
  ],
  [
    'an update that hands ECS a role for volumes',
    json('ecs', 'UpdateService', {
      cluster: ecs('cluster/prod'),
      service: 'web',
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: role('volumes') } }],
    }),
    [
      ['ecs:UpdateService', ecs('service/prod/web'), PROD],
      ['iam:PassRole', role('volumes'), { 'iam:PassedToService': 'ecs.amazonaws.com' }],
    ],
  ],
  [
    'a deployment, and its service',
    json('ecs', 'StopServiceDeployment', { serviceDeploymentArn: ecs('service-deployment/prod/web/1') }),
    [
      ['ecs:StopServiceDeployment', ecs('service/prod/web'), PROD],
      [
        'ecs:StopServiceDeployment',
        ecs('service-deployment/prod/web/1'),
        { ...PROD, 'ecs:service': ecs('service/prod/web') },
      ],
    ],
  ],
  [
    'tasks of a cluster',
    json('ecs', 'ListTasks', { cluster: 'prod', serviceName: 'web' }),
    [['ecs:ListTasks', ecs('container-instance/prod/*'), PROD]],
  ],
  [
    'a task',
    json('ecs', 'StopTask', { cluster: 'prod', task: '0123' }),
    [['ecs:StopTask', ecs('task/prod/0123'), PROD]],
  ],
  [
    'a task with the tags and roles of its task definition, and other roles',
    json('ecs', 'RunTask', {
      cluster: 'prod',
      taskDefinition: 'web:3',
      propagateTags: 'TASK_DEFINITION',
      overrides: { taskRoleArn: role('other') },
    }),
    [
      ['ecs:RunTask', ecs('task-definition/web:3'), PROD],
      ['iam:PassRole', role('web-task'), { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }],
      ['iam:PassRole', role('other'), { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }],
      ['ecs:TagResource', ecs('task/prod/*'), { 'ecs:CreateAction': 'RunTask' }],
    ],
  ],
  [
    'a task without tags',
    json('ecs', 'RunTask', { cluster: 'prod', taskDefinition: 'other' }),
    [['ecs:RunTask', ecs('task-definition/other:*'), PROD]],
  ],
  [
    'a task definition with roles and tags',
    json('ecs', 'RegisterTaskDefinition', {
      family: 'web',
      taskRoleArn: role('web-task'),
      tags: [{ key: 'team', value: 'web' }],
    }),
    [
      [
        'ecs:RegisterTaskDefinition',
        ecs('task-definition/web:*'),
        { 'aws:RequestTag/team': 'web', 'aws:TagKeys': ['team'] },
      ],
      ['iam:PassRole', role('web-task'), { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }],
      [
        'ecs:TagResource',
        ecs('task-definition/web:*'),
        { 'ecs:CreateAction': 'RegisterTaskDefinition', 'aws:RequestTag/team': 'web', 'aws:TagKeys': ['team'] },
      ],
    ],
  ],
  [
    'the log of a container',
    json('logs', 'GetLogEvents', { logGroupName: '/ecs/prod/web', logStreamName: 'web/app/1' }),
    [['logs:GetLogEvents', `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/ecs/prod/web:log-stream:web/app/1`, {}]],
  ],
  [
    'an image in another account',
    json('ecr', 'BatchGetImage', { registryId: '210987654321', repositoryName: 'team/web' }),
    [['ecr:BatchGetImage', 'arn:aws:ecr:eu-west-1:210987654321:repository/team/web', {}]],
  ],
  ["ECR's login", json('ecr', 'GetAuthorizationToken', {}), [['ecr:GetAuthorizationToken', '*', {}]]],
  [
    'a secret by name',
    json('secretsmanager', 'DescribeSecret', { SecretId: 'web/token' }),
    [['secretsmanager:DescribeSecret', `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:web/token-AbCdEf`, {}]],
  ],
  ['a role', query('iam', 'GetRole', { RoleName: 'web-task' }), [['iam:GetRole', role('web-task'), {}]]],
  [
    'target health',
    query('elasticloadbalancing', 'DescribeTargetHealth', { TargetGroupArn: 'x' }),
    [['elasticloadbalancing:DescribeTargetHealth', '*', {}]],
  ],
  [
    'a chained role with session tags',
    query('sts', 'AssumeRole', { RoleArn: role('web'), 'Tags.member.1.Key': 'Actor', 'Tags.member.1.Value': 'mona' }),
    ['sts:AssumeRole', 'sts:TagSession'].map((action) => [
      action,
      role('web'),
      { 'aws:RequestTag/Actor': 'mona', 'aws:TagKeys': ['Actor'] },
    ]),
  ],
  ['an identity', query('sts', 'GetCallerIdentity', {}), []],
  [
    'an object',
    s3('DeleteObject', '/states/env:/x/web.tfstate.tflock'),
    [['s3:DeleteObject', 'arn:aws:s3:::states/env:/x/web.tfstate.tflock', {}]],
  ],
  ['the head of an object', s3('HeadObject', '/states/web'), [['s3:GetObject', 'arn:aws:s3:::states/web', {}]]],
  [
    'an object with a key of its own',
    s3('PutObject', '/states/web', { 'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:1:key/2' }),
    [
      ['s3:PutObject', 'arn:aws:s3:::states/web', {}],
      ['kms:GenerateDataKey', 'arn:aws:kms:eu-west-1:1:key/2', {}],
    ],
  ],
  [
    'a listing',
    s3('ListObjectsV2', '/states?list-type=2&prefix=web%2F'),
    [['s3:ListBucket', 'arn:aws:s3:::states', { 's3:prefix': 'web/' }]],
  ],
])('%s', (_, one, expected) => {
  expect(needs(one)).toEqual(expected)
})

test('each request names the principal by its role, the region and TLS', () => {
  const [first] = accessOf(json('ecr', 'GetAuthorizationToken', {}), facts)
  expect(first?.context).toEqual({
    'aws:PrincipalAccount': ACCOUNT,
    'aws:PrincipalArn': role('deploy'),
    'aws:RequestedRegion': 'eu-west-1',
    'aws:SecureTransport': 'true',
  })
})

test.each([json('ecs', 'DeleteCluster', {}), json('dynamodb', 'GetItem', {}), s3('DeleteBucket', '/states')])(
  'a call that is not in the tables is an error, not an allowance: $service $action',
  (one) => {
    expect(() => accessOf(one, facts)).toThrow(UnknownAccess)
  },
)
