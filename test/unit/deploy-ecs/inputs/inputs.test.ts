import { readFileSync } from 'node:fs'
import { readInputs } from '../../../../actions/deploy-ecs/src/inputs/inputs.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'

const inputs = (given: Record<string, string> = {}) =>
  readInputs(actionInputs('deploy-ecs', { service: 'web', ...given }))

const refusal = (given: Record<string, string>): string => {
  try {
    inputs(given)
  } catch (error) {
    return describeError(error)
  }
  throw new Error('It was not refused.')
}

test('has a default for everything but the service', () => {
  expect(inputs({ image: 'web:1' })).toMatchObject({
    command: 'deploy',
    dryRun: false,
    services: [{ cluster: 'default', service: 'web' }],
    taskDefinitionSource: { kind: 'service' },
    taskDefinitionChanges: { images: [{ image: 'web:1' }], mode: 'merge' },
    unknownMembers: 'warn',
    serviceChanges: {},
    waitFor: 'healthy',
    timeoutMs: 1_800_000,
    onConflict: 'fail',
    onFailure: 'rollback',
    onCancel: 'rollback',
  })
  // How many tasks may fail goes by the size of the service.
  expect(inputs({ image: 'web:1' })).not.toHaveProperty('maxFailedTasks')
  expect(inputs({ image: 'web:1', 'max-failed-tasks': '7' })).toMatchObject({ maxFailedTasks: 7 })
})

test('reads services of several clusters, also by ARN', () => {
  const service = '\n api,\n prod/worker\n arn:aws:ecs:eu-west-1:123456789012:service/blue/web # not a comment'
  expect(() => inputs({ service })).toThrow('does not name a service')
  expect(
    inputs({ cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/red', service: service.replace(/ #.*/, '') })
      .services,
  ).toEqual([
    { cluster: 'red', service: 'api', location: { input: 'cluster', region: 'eu-west-1', account: '123456789012' } },
    { cluster: 'prod', service: 'worker' },
    { cluster: 'blue', service: 'web', location: { input: 'service', region: 'eu-west-1', account: '123456789012' } },
  ])
  expect(inputs({ service: '', services: 'api, worker' }).services).toHaveLength(2)
})

test('reads the inputs of other actions that mean the same', () => {
  expect(inputs({ 'wait-for-service-stability': 'true', 'wait-for-minutes': '10' })).toMatchObject({
    waitFor: 'healthy',
    timeoutMs: 600_000,
  })
  expect(inputs({ 'wait-for-service-stability': 'false' }).waitFor).toBe('none')
  expect(inputs({ 'force-new-deployment': 'true', 'desired-count': '0' }).serviceChanges).toEqual({
    desiredCount: 0,
    forceNewDeployment: true,
  })
})

test('has no member for a setting of the service that is to stay', () => {
  expect(inputs({ 'force-new-deployment': 'false', 'circuit-breaker': 'keep' }).serviceChanges).toEqual({})
  expect(inputs({ 'circuit-breaker': 'stop', alarms: '5xx, latency' }).serviceChanges).toEqual({
    circuitBreaker: 'stop',
    alarms: ['5xx', 'latency'],
  })
})

test('never rolls back a rollback, which would lead to the revision that it rolls back from', () => {
  const given = { command: 'rollback', 'on-failure': 'rollback', 'on-cancel': 'rollback' }
  expect(inputs(given)).toMatchObject({ onFailure: 'leave', onCancel: 'leave' })
})

test('accepts a bake time longer than the timeout where nothing is baked', () => {
  expect(inputs({ 'bake-time': '1h' })).toMatchObject({ waitFor: 'healthy', bakeMs: 3_600_000, timeoutMs: 1_800_000 })
})

// Each mistake in each input, with its error.
test.each<[Record<string, string>, string]>([
  [{ service: '' }, 'Input `service` is missing.\nNext: Name the ECS service under `with:`'],
  [
    { service: 'a/b/c' },
    'Input `service` has the item `a/b/c`, which does not name a service.\nNext: Write a name such as `web`',
  ],
  [{ service: 'web, default/web' }, 'Input `service` names `default/web` twice.'],
  [{ services: 'api' }, 'Input `services` is set, and so is `service`.\nNext: They mean the same'],
  [
    { service: '', services: 'api, a/b/c' },
    'Input `services` has the item `a/b/c`, which does not name a service.\nNext: Write a name such as `web`',
  ],
  [{ service: '', services: 'api, api' }, 'Input `services` names `default/api` twice.'],
  [
    { 'aws-region': 'eu-west-1a' },
    'Input `aws-region` is `eu-west-1a`, which is not the name of a region.\nNext: Write, for example, `eu-west-1`',
  ],
  [{ cluster: 'a b' }, 'Input `cluster` is `a b`, which does not name a cluster.'],
  [
    { command: 'npm start' },
    "Input `command` is `npm start`, which is none of `deploy`, `verify`, `rollback`.\nNext: Use one of these. To change the container's command, use `container-command`.",
  ],
  [{ command: 'Deploy' }, 'Next: Did you mean `deploy`?'],
  [{ 'dry-run': 'yes' }, 'Input `dry-run` is `yes`, which is neither true nor false.'],
  [
    { 'expected-account-id': '12345' },
    'Input `expected-account-id` is `12345`, which is not an AWS account ID.\nNext: Write its twelve digits in quotes',
  ],
  [{ image: 'web:1, app=web:2' }, 'Input `image` has several images, some of them without a container.'],
  [{ image: 'app=a:1\napp=b:1' }, 'Input `image` has two images for the container `app`.'],
  [{ image: 'app=' }, 'Input `image` has the item `app=`, which is not an image reference.'],
  [{ image: 'my image' }, 'Input `image` has the item `my image`, which is not an image reference.'],
  [
    { 'task-definition': 'web', template: 'x' },
    'Input `template` is set, and so is `task-definition`: both choose the task definition.',
  ],
  [
    { 'task-definition': 'arn:aws:ecs:x' },
    'Input `task-definition` is `arn:aws:ecs:x`, which is not the ARN of a task definition.',
  ],
  [
    { 'task-definition': 'my family' },
    'Input `task-definition` is `my family`, which is neither a file, an ARN, a family nor',
  ],
  [{ template: 'web:3' }, 'Input `template` is `web:3`, which is not the name of a task definition family.'],
  [
    { 'task-definition-arn': 'web.json' },
    'Input `task-definition-arn` is `web.json`, which is not the ARN of a task definition.\nNext: It looks like `arn:aws:ecs:',
  ],
  [
    { 'task-definition-family': 'my family' },
    'Input `task-definition-family` is `my family`, which is not the name of a task definition family.',
  ],
  [
    { 'task-definition-revision': '3' },
    'Input `task-definition-revision` is set without `task-definition-family`.\nNext: Write `task-definition: FAMILY:3`.',
  ],
  [
    { 'task-definition-family': 'web', 'task-definition-revision': 'x' },
    'Input `task-definition-revision` is `x`, which is not a whole number',
  ],
  [
    { 'environment-variables': 'A=1\nB' },
    'Input `environment-variables` is malformed: entry 2 is not of the form key=value.',
  ],
  [{ 'environment-variables': 'A=1\nA=2' }, 'Input `environment-variables` sets `A` twice.'],
  [{ secrets: 'TOKEN' }, 'Input `secrets` is malformed: entry 1 is not of the form key=value.'],
  [{ secrets: 'TOKEN=' }, 'Input `secrets` does not say where `TOKEN` is.\nNext: Write `NAME=ARN`'],
  [{ secrets: 'A=/x\nA=/y' }, 'Input `secrets` sets `A` twice.\nNext: Keep one of the two lines.'],
  [{ 'docker-labels': 'a=1\na=2' }, 'Input `docker-labels` sets `a` twice.'],
  [
    { 'env-files': 'arn:aws:s3:::bucket/web.env\n./web.env' },
    'Input `env-files` has `./web.env`, which is not the ARN of an environment file in S3.\nNext: It looks like',
  ],
  [
    { 'log-configuration-log-driver': 'cloudwatch' },
    'Input `log-configuration-log-driver` is `cloudwatch`, which is none of `awsfirelens`, `awslogs`',
  ],
  [{ 'log-configuration-log-driver': 'AWSLogs' }, 'Next: Did you mean `awslogs`?'],
  [{ 'docker-labels': 'x' }, 'Input `docker-labels` is malformed: `x` is not of the form key=value.'],
  [{ 'log-configuration-options': 'x' }, 'Input `log-configuration-options` is malformed'],
  [{ 'environment-mode': 'append' }, 'Input `environment-mode` is `append`, which is none of `merge`, `replace`.'],
  [{ 'container-command': '["a",' }, 'Input `container-command` begins with `[` but is not a JSON array of strings.'],
  [{ 'container-command': '[1]' }, 'Input `container-command` begins with `[` but is not a JSON array of strings.'],
  [{ 'container-command': 'sh -c "x' }, 'Input `container-command` has a " that is never closed.'],
  [{ cpu: 'half' }, 'Input `cpu` is `half`, which is not a task size.'],
  [{ memory: '1 GiB' }, 'Input `memory` is `1 GiB`, and ECS takes MiB or GB here, not `GiB`.'],
  [{ 'task-role-arn': 'role/x' }, 'Input `task-role-arn` is `role/x`, which is not the ARN of a role.'],
  [{ 'execution-role-arn': 'x' }, 'Input `execution-role-arn` is `x`, which is not the ARN of a role.'],
  [{ 'datadog-tags': 'team=x' }, 'Input `datadog-tags` has the tag `team`, which is none of env, service, version.'],
  [{ 'datadog-tags': 'yes' }, 'Input `datadog-tags` is malformed: `yes` is not of the form key=value.'],
  [
    { 'datadog-tags': 'env=' },
    'Input `datadog-tags` has no value for `env`.\nNext: Give it one, or leave the line out',
  ],
  [{ 'desired-count': '-1' }, 'Input `desired-count` is `-1`, which is not a whole number from 0 to 5000.'],
  [{ 'force-new-deployment': '1' }, 'Input `force-new-deployment` is `1`, which is neither true nor false.'],
  [{ 'circuit-breaker': 'on' }, 'Input `circuit-breaker` is `on`, which is none of'],
  [{ 'before-deploy-container': 'app' }, 'Input `before-deploy-container` is set, but `before-deploy-command` is not.'],
  [{ 'before-deploy-timeout': '5m' }, 'Input `before-deploy-timeout` is set, but `before-deploy-command` is not.'],
  [
    { 'before-deploy-command': '[]' },
    'Input `before-deploy-command` begins with `[` but is not a JSON array of strings.',
  ],
  [
    { 'before-deploy-command': 'x', 'before-deploy-timeout': 'soon' },
    'Input `before-deploy-timeout` is `soon`, which is not a duration.',
  ],
  [{ 'wait-for': 'stable' }, 'Input `wait-for` is `stable`, which is none of `none`, `started`, `healthy`, `bake`.'],
  [
    { 'wait-for': 'healthy', 'wait-for-service-stability': 'true' },
    'Input `wait-for-service-stability` is set, and so is `wait-for`.',
  ],
  [
    { 'wait-for-service-stability': 'maybe' },
    'Input `wait-for-service-stability` is `maybe`, which is neither true nor false.',
  ],
  [{ 'bake-time': '5' }, 'Input `bake-time` is `5`, which is not a duration.'],
  [
    { 'wait-for': 'bake', 'bake-time': '30m' },
    'Input `bake-time` is 30 min, which leaves nothing of the `timeout` of 30 min for the rollout itself.\nNext: Raise `timeout`',
  ],
  [{ timeout: '30' }, 'Input `timeout` is `30`, which is not a duration.\nNext: Write it with its units'],
  [{ timeout: '5m', 'wait-for-minutes': '5' }, 'Input `wait-for-minutes` is set, and so is `timeout`.'],
  [{ 'wait-for-minutes': '500' }, 'Input `wait-for-minutes` is `500`, which is not a whole number from 1 to 360.'],
  [{ 'max-failed-tasks': '0' }, 'Input `max-failed-tasks` is `0`, which is not a whole number from 1 to 1000.'],
  [{ 'on-conflict': 'queue' }, 'Input `on-conflict` is `queue`, which is none of `fail`, `wait`, `supersede`.'],
  [{ 'on-failure': 'revert' }, 'Input `on-failure` is `revert`, which is none of `rollback`, `stop`, `leave`.'],
  [{ 'on-cancel': 'stop' }, 'Input `on-cancel` is `stop`, which is none of `rollback`, `leave`.'],
  [{ 'rollback-to': '12' }, 'Input `rollback-to` is set, but `command` is not `rollback`.'],
  [
    { command: 'rollback', 'rollback-to': 'yesterday' },
    'Input `rollback-to` is `yesterday`, which is not a task definition revision.',
  ],
  ...[
    { image: 'web:1' },
    { template: 'web-template' },
    { 'environment-variables': 'A=1' },
    { 'before-deploy-command': 'npm run migrate' },
  ].map((given): [Record<string, string>, string] => [
    { command: 'rollback', ...given },
    `Input \`${Object.keys(given)[0]}\` is set, but \`command: rollback\` deploys an old revision unchanged.`,
  ]),
  [
    { 'codedeploy-application': 'x' },
    'Input `codedeploy-application` is not one of this action.\nNext: Slipway deploys services of the ECS deployment controller',
  ],
  [{ 'run-task': 'true' }, 'Input `run-task` is not one of this action.\nNext: Use `before-deploy-command`'],
])('%j is refused', (given, message) => {
  expect(refusal(given)).toContain(message)
})

// All inputs of aws-actions/amazon-ecs-deploy-task-definition and amazon-ecs-render-task-definition, by their names there.
const OF_THE_PEERS = {
  deploy: `task-definition desired-count service cluster wait-for-service-stability wait-for-minutes max-retries
    codedeploy-appspec codedeploy-application codedeploy-deployment-group codedeploy-deployment-description
    codedeploy-deployment-config force-new-deployment service-managed-ebs-volume-name service-managed-ebs-volume run-task
    run-task-container-overrides run-task-security-groups run-task-subnets run-task-assign-public-IP
    run-task-capacity-provider-strategy run-task-launch-type run-task-started-by run-task-tags
    run-task-managed-ebs-volume-name run-task-managed-ebs-volume wait-for-task-stopped enable-ecs-managed-tags
    propagate-tags keep-null-value-keys`,
  render: `task-definition task-definition-arn task-definition-family task-definition-revision container-name image
    environment-variables env-files log-configuration-log-driver log-configuration-options docker-labels command secrets`,
}
const followed = readFileSync(new URL('../../../../actions/deploy-ecs/action.yml', import.meta.url), 'utf8')
test.each(Object.values(OF_THE_PEERS).join(' ').split(/\s+/))(
  'the input %s of an action of AWS is one of ours, or refused with what to do instead',
  (name) => {
    if (new RegExp(`^ {2}${name}:$`, 'm').test(followed)) return
    expect(refusal({ [name]: 'x' })).toMatch(/ is not one of this action\.\nNext: (Use|Remove|Slipway)/)
  },
)

test('never shows the value of a malformed secret', () => {
  expect(refusal({ secrets: 'hunter2' })).not.toContain('hunter2')
  expect(refusal({ 'environment-variables': 'hunter2' })).not.toContain('hunter2')
})
