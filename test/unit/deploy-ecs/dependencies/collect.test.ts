import { collectDependencies } from '../../../../actions/deploy-ecs/src/dependencies/collect.ts'
import { trustsTasks } from '../../../../actions/deploy-ecs/src/dependencies/role.ts'
import { judgeSecret } from '../../../../actions/deploy-ecs/src/dependencies/secret.ts'

const here = { account: '123456789012', region: 'eu-west-1' }
const thingOf = (valueFrom: string) =>
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
])('the secret %s is looked for as %j', (valueFrom, dependency) => {
  expect(thingOf(valueFrom)).toMatchObject(dependency)
})

test('a version of a secret that is named by its id needs no stage', () => {
  expect(thingOf('arn:aws:secretsmanager:eu-west-1:123456789012:secret:b:key::id-1')).not.toHaveProperty('stage')
})

test('what needs nothing has no needs', () => {
  const container = { name: 'app', logConfiguration: { logDriver: 'json-file' as const } }
  expect(collectDependencies({ family: 'web', containerDefinitions: [container] }, here)).toEqual([])
})

test('the login of a registry may be named, and is no parameter then', () => {
  const repositoryCredentials = { credentialsParameter: 'docker-hub' }
  const [need] = collectDependencies(
    { family: 'web', containerDefinitions: [{ name: 'app', repositoryCredentials }] },
    here,
  )
  expect(need?.dependency).toMatchObject({ kind: 'secret', name: 'docker-hub', ...here })
})

describe('a role that tasks can have', () => {
  const tasks = { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const lambda = { ...tasks, Principal: { Service: 'lambda.amazonaws.com' } }

  test.each<[boolean, unknown]>([
    [true, [tasks]],
    [true, tasks],
    [true, [lambda, tasks]],
    [true, [{ ...tasks, Principal: { Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com'] } }]],
    [true, [{ ...tasks, Action: ['sts:AssumeRole', 'sts:TagSession'] }]],
    [true, [{ ...tasks, Action: 'sts:*' }]],
    [true, [{ ...tasks, Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } } }]],
    [true, [{ ...tasks, Principal: '*' }]],
    [true, [{ Effect: 'Allow', NotPrincipal: { AWS: 'x' }, Action: 'sts:AssumeRole' }]],
    [false, [lambda]],
    [false, []],
    [false, [{ ...tasks, Effect: 'Deny' }]],
    [false, [{ ...tasks, Action: 'sts:TagSession' }]],
    [false, [{ ...tasks, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }]],
  ])('%s: %j', (answer, Statement) => {
    const document = JSON.stringify({ Version: '2012-10-17', Statement })
    expect(trustsTasks(encodeURIComponent(document))).toBe(answer)
    expect(trustsTasks(document)).toBe(answer)
  })

  test('is not refused for a policy that could not be read', () => {
    expect(trustsTasks(undefined)).toBe(true)
    expect(trustsTasks('%')).toBe(true)
  })
})

test.each([
  [{ VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT', 'LIVE'] } }, 'AWSCURRENT', 'found'],
  [{ VersionIdsToStages: { a: ['AWSPREVIOUS'], b: ['AWSCURRENT', 'LIVE'] } }, 'LIVE', 'found'],
  [{ VersionIdsToStages: { b: ['AWSCURRENT'] } }, 'LIVE', 'missing'],
  [{ VersionIdsToStages: { b: ['AWSCURRENT'] } }, undefined, 'found'],
  [{ VersionIdsToStages: {} }, 'AWSCURRENT', 'missing'],
  [{}, 'AWSCURRENT', 'missing'],
  [{ DeletedDate: new Date(), VersionIdsToStages: { b: ['AWSCURRENT'] } }, 'AWSCURRENT', 'missing'],
])('a secret that is %j, for the stage %s, is %s', (secret, stage, kind) => {
  expect(judgeSecret(secret, stage).kind).toBe(kind)
})
