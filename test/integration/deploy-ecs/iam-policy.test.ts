// The policy in the README allows what deploy-ecs calls, and nothing else. To write it again:
//   UPDATE_PERMISSIONS=1 npm test -- test/integration/deploy-ecs/iam-policy --selectProjects integration
import { readFileSync, writeFileSync } from 'node:fs'
import { type AccessRequest, decide } from '../../../rehearsal/cloud/iam/decide.ts'
import { parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { AccessRecord, EVERYTHING } from '../../support/access/access-record.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { deployEverything, makeServicesOfAllKinds, TASK_ROLES } from '../../support/deploy-ecs/deploy-everything.ts'
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

/** The policy as JSON. ECS asks for two actions that are no calls of ours, each with a condition. */
function policyOf(requests: readonly AccessRequest[]): string {
  const values = (action: string, key: string) =>
    [...new Set(requests.filter((request) => request.action === action).map(({ context }) => context[key]))].sort()
  const conditional = { 'iam:PassRole': 'iam:PassedToService', 'ecs:TagResource': 'ecs:CreateAction' }
  const actions = [...new Set(requests.map(({ action }) => action))].filter((action) => !(action in conditional)).sort()
  const looks = actions.filter((action) => LOOKS.includes(action))
  const statement = (Sid: string, Action: readonly string[], more = {}) => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: '*',
    ...more,
  })
  const statements = [
    statement(
      'Deploy',
      actions.filter((action) => !looks.includes(action)),
    ),
    statement('LookForWhatTasksNeed', looks),
    ...Object.entries(conditional).map(([action, key]) =>
      statement(action === 'iam:PassRole' ? 'HandRolesToTasks' : 'KeepTags', [action], {
        Condition: { StringEquals: { [key]: values(action, key) } },
      }),
    ),
  ]
  return `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)}\n`
}

test('the policy in the README allows what deploys need, and nothing else', async () => {
  await makeServicesOfAllKinds(cloud)
  const record = new AccessRecord()
  cloud.intercept = record.guard(() => EVERYTHING, { rolesOf: () => TASK_ROLES })
  const { green, red, bridged, stored, cached } = await deployEverything(cloud)
  for (const deployed of [green, bridged, stored]) expect(deployed?.error).toBeUndefined()
  expect(red?.summary).toContain('Error: no database')
  expect(cached?.log.join('\n')).toContain('The pull-through cache rule `hub` fetches it')

  const readme = readFileSync(README, 'utf8')
  if (process.env['UPDATE_PERMISSIONS']) writeFileSync(README, readme.replace(PLACE, policyOf(record.requests)))
  const [documented = ''] = PLACE.exec(readFileSync(README, 'utf8')) ?? []
  expect(documented).toBe(policyOf(record.requests))
  const policies = [parsePolicy(documented)]
  expect(record.requests.filter((request) => decide(request, policies).answer !== 'allowed')).toEqual([])
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
