// The example's rollback.yml as it is, started by hand: GitHub's parser, the committed bundles, a rehearsal cloud in
// simulated time.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { RealClock } from '../../rehearsal/cloud/kernel/clock.ts'
import { parseScenario } from '../../rehearsal/cloud/runtimes/simulated/index.ts'
import { environments } from '../../rehearsal/rehearse/setup/environments.ts'
import { rehearsedSettings } from '../../rehearsal/rehearse/setup/github-settings.ts'
import { machineEnvironment } from '../../rehearsal/rehearse/setup/machine-environment.ts'
import { BY_TAG, makeService } from '../support/deploy-ecs/ecs-cloud.ts'
import { settled as untilSettled } from '../support/deploy-ecs/settled.ts'
import { removeFolders, run } from '../unit/rehearsal/runner/support.ts'

const SPEED = 50
const root = join(import.meta.dirname, '../..')
const workflow = readFileSync(join(root, 'examples/web/.github/workflows/rollback.yml'), 'utf8')
const { account } = environments.prod
/** It runs fast, so it begins early: a job's token is of the machine's time, and would be out of date. */
class Early extends RealClock {
  override now(): number {
    return super.now() - 4 * 3_600_000
  }
}
let cloud: Cloud
let ecs: ECSClient

beforeAll(async () => {
  cloud = await startCloud({ runtime: 'simulated', scenario: parseScenario(BY_TAG, 'e2e'), clock: new Early(SPEED) })
  const region = cloud.env['AWS_REGION'] ?? ''
  const config = { region, endpoint: cloud.url, credentials: { accessKeyId: account, secretAccessKey: 'x' } }
  ecs = new ECSClient(config)
  const clock = { advance: () => settled('web:1') }
  await makeService({ ecs, elb: new ElasticLoadBalancingV2Client(config), clock }, { cluster: 'prod' })
  await ship('second')
  await settled('web:2')
})
afterAll(async () => {
  ecs.destroy()
  await cloud.close()
  removeFolders()
})

const of = { cluster: 'prod', service: 'web' }
const service = async () => (await ecs.send(new DescribeServicesCommand({ ...of, services: ['web'] }))).services?.[0]
const current = async () => (await service())?.taskDefinition?.replace(/^.*\//, '')
const settled = (revision: string) => untilSettled(ecs, revision, of)

/** Registers a revision and rolls it out, as a deploy does. */
async function ship(tag: string) {
  const definition = { networkMode: 'awsvpc', cpu: '256', memory: '512', family: 'web' } as const
  const app = { name: 'app', image: `example.com/web:${tag}`, portMappings: [{ containerPort: 80 }] }
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...definition,
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [app],
    }),
  )
  await ecs.send(new UpdateServiceCommand({ ...of, taskDefinition: 'web' }))
}
/** As `gh workflow run rollback.yml --ref v1.0.0 -f environment=prod` does. */
const start = (inputs: Readonly<Record<string, string>>) =>
  run(
    workflow,
    {},
    {
      trigger: { event: 'workflow_dispatch', ref: 'refs/tags/v1.0.0', sha: 'a'.repeat(40), actor: 'mona', inputs },
      ...rehearsedSettings(cloud.env, {}, false),
      repositories: { 'slipway/slipway': root },
      env: machineEnvironment(cloud.env),
      node: join(root, 'node_modules/.bin/node'),
    },
  )

test('it rolls prod back with the role of prod, and sends an event to Datadog', async () => {
  const { annotations, result, step } = await start({ environment: 'prod' })
  expect([annotations, result.conclusion, await current()]).toEqual([[], 'success', 'web:1'])
  expect(step('back').outputs).toMatchObject({ verdict: 'succeeded' })
  const update = cloud.journal.entries('api').findLast(({ action }) => action === 'UpdateService')
  expect(update).toMatchObject({ role: 'deploy-web', account })
  const title = 'Rollback of web to ok in prod succeeded'
  const told = cloud.journal.entries('datadog').slice(-2)
  expect(told).toMatchObject([{ event: { title } }, { changeEvent: { title } }])
})

test('it goes to the revision that is named', async () => {
  const { annotations, result } = await start({ environment: 'prod', 'rollback-to': '2' })
  expect([annotations, result.conclusion, await current()]).toEqual([[], 'success', 'web:2'])
})

test('it takes over from a deploy that hangs', async () => {
  await ship('slow')
  const { annotations, result } = await start({ environment: 'prod' })
  expect([annotations, result.conclusion, await current()]).toEqual([[], 'success', 'web:2'])
})

test('its inputs are not run by a shell', async () => {
  const { result, annotations } = await start({ environment: 'prod', 'rollback-to': '2; touch it' })
  expect([result.conclusion, await current()]).toEqual(['failure', 'web:2'])
  expect(annotations.join('\n')).toContain('`rollback-to` is `2; touch it`, which is not a task definition revision')
  expect(workflow).not.toMatch(/^\s*(- )?run:/m)
})

test('an environment that it does not know is refused', async () => {
  await expect(start({ environment: 'production' })).rejects.toThrow(
    "input environment is 'production', but must be one of stage, prod",
  )
})
