// The policy in the README has exactly the actions that the journal saw deploy-ecs call. To write it again:
//   UPDATE_PERMISSIONS=1 npm test -- test/integration/deploy-ecs/iam-policy --selectProjects integration
import { readFileSync, writeFileSync } from 'node:fs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

const README = new URL('../../../actions/deploy-ecs/README.md', import.meta.url)
const PLACE = /(?<=<!-- permissions -->\n\n```json\n)[\s\S]*?(?=```\n\n<!-- \/permissions -->)/

let cloud: EcsCloud
beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** What only looks: for the things that tasks need, and for autoscaling. A deploy can do without. */
const LOOKS = [
  'application-autoscaling:DescribeScalableTargets',
  'iam:GetRole',
  'logs:DescribeLogGroups',
  'secretsmanager:DescribeSecret',
  'ssm:DescribeParameters',
]

/** The policy as JSON. Two statements are for calls of ours: ECS asks for the others when a revision has roles or tags. */
function policyOf(actions: readonly string[]): string {
  const looks = actions.filter((action) => LOOKS.includes(action))
  const statements = [
    { Sid: 'Deploy', Effect: 'Allow', Action: actions.filter((action) => !looks.includes(action)), Resource: '*' },
    { Sid: 'LookForWhatTasksNeed', Effect: 'Allow', Action: looks, Resource: '*' },
    {
      Sid: 'HandRolesToTasks',
      Effect: 'Allow',
      Action: ['iam:PassRole'],
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    },
    {
      Sid: 'KeepTags',
      Effect: 'Allow',
      Action: ['ecs:TagResource'],
      Resource: '*',
      Condition: { StringEquals: { 'ecs:CreateAction': ['RegisterTaskDefinition', 'RunTask'] } },
    },
  ]
  return `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)}\n`
}

/** Needs no permission. */
const FREE = ['sts:GetCallerIdentity']

test('the policy in the README has exactly the actions that deploys need', async () => {
  const seen = new Set<string>()
  const awslogs = {
    logConfiguration: {
      logDriver: 'awslogs' as const,
      options: { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'eu-west-1' },
    },
  }
  const secrets = [
    { name: 'TOKEN', valueFrom: '/web/token' },
    { name: 'PASSWORD', valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf' },
  ]
  const app = { name: 'app', image: 'example.com/web:ok', essential: true, portMappings: [{ containerPort: 80 }] }
  const containerDefinitions = [{ ...app, ...awslogs, secrets }]
  await makeService(cloud, { taskDefinition: { containerDefinitions } })
  await makeService(cloud, { name: 'bridged', bridged: true })
  const start = cloud.journal.entries().length
  const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web'

  // One of everything.
  const green = await deploy(cloud, { image: `${ecr}@sha256:${'a'.repeat(64)}`, 'expected-account-id': '123456789012' })
  expect(green.error).toBeUndefined()
  const red = await deploy(cloud, { image: 'example.com/web:crash' })
  expect(red.summary).toContain('Error: no database')
  await deploy(cloud, { image: 'example.com/web:sick' })
  const bridged = await deploy(cloud, { service: 'bridged', image: 'example.com/web:next' })
  expect(bridged.error).toBeUndefined()
  await deploy(cloud, {
    image: 'example.com/web:next',
    'before-deploy-command': 'migrate',
    'before-deploy-timeout': '10s',
  })
  await deploy(cloud, { command: 'rollback' })
  await deploy(cloud, { command: 'verify', 'desired-count': '2' })
  await deploy(cloud, { command: 'verify' })
  const cached = await deploy(cloud, {
    command: 'verify',
    image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/hub/library/nginx:1.29',
  })
  expect(cached.log.join('\n')).toContain('The pull-through cache rule `hub` fetches it')
  const cancellation = new AbortController()
  cloud.clock.after(20_000, () => cancellation.abort())
  await deploy(cloud, { image: 'example.com/web:slow' }, { signal: cancellation.signal })

  for (const { type, service, action } of cloud.journal.entries().slice(start)) {
    if (type === 'api') seen.add(`${service}:${action}`)
  }
  const needed = [...seen].filter((action) => !FREE.includes(action)).sort()
  const readme = readFileSync(README, 'utf8')
  if (process.env['UPDATE_PERMISSIONS']) writeFileSync(README, readme.replace(PLACE, policyOf(needed)))
  expect(PLACE.exec(readFileSync(README, 'utf8'))?.[0]).toBe(policyOf(needed))
})

test.each([
  ['DescribeImages', 'crash'],
  ['GetLogEvents', 'crash'],
  ['ListServiceDeployments', 'crash'],
  ['DescribeServiceDeployments', 'crash'],
  ['DescribeServiceRevisions', 'crash'],
  ['StopServiceDeployment', 'crash'],
  ['GetRole', 'crash'],
  ['DescribeTargetGroups', 'sick'],
])('without %s a deploy still comes to its verdict', async (denied, tag) => {
  await makeService(cloud)
  cloud.intercept = ({ action }) =>
    action === denied
      ? { error: new AwsError('AccessDeniedException', `not authorized to perform: ${denied}`) }
      : undefined
  const done = await deploy(cloud, { image: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:${tag}` })
  expect(done.outputs['verdict']).toBe('rolled-back')
})
