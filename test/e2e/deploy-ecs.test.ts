// The committed bundle, as the runner starts it, against a rehearsal cloud in simulated time.
import { setTimeout as delay } from 'node:timers/promises'
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { type Cloud, startCloud } from '../../rehearsal/cloud/cloud.ts'
import { parseScenario } from '../../rehearsal/cloud/runtimes/simulated/index.ts'
import { parseDeployRecord } from '../../toolkit/deploy-record.ts'
import { BY_TAG, makeService } from '../support/deploy-ecs/ecs-cloud.ts'
import { settled } from '../support/deploy-ecs/settled.ts'
import { bundle, runStep, startStep } from '../support/run-action.ts'

const SPEED = 50
/** So that a deploy is still under way, however long the next step takes to start. */
const NEVER_STARTS = "  - { when: { image: ':never' }, start: { takes: 10000m } }\n"
const TRUST = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}
const region = 'eu-west-1'
let cloud: Cloud
let ecs: ECSClient

beforeAll(async () => {
  cloud = await startCloud({
    runtime: 'simulated',
    scenario: parseScenario(`${BY_TAG}${NEVER_STARTS}`, 'e2e'),
    speed: SPEED,
    region,
  })
  const config = { region, endpoint: cloud.url, credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' } }
  ecs = new ECSClient(config)
  const clock = { advance: () => settled(ecs, 'web:1') }
  await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'execution', AssumeRolePolicyDocument: JSON.stringify(TRUST) }),
  )
  await makeService({ ecs, elb: new ElasticLoadBalancingV2Client(config), clock })
})
afterAll(async () => {
  ecs.destroy()
  await cloud.close()
})

const step = (inputs: Record<string, string>) => ({
  inputs: { cluster: 'production', service: 'web', ...inputs },
  env: { ...cloud.env, GITHUB_RUN_ID: '7', GITHUB_SHA: 'abc' },
})
const current = async () => {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}

test('a deploy is green, and outputs its record', async () => {
  const done = await runStep(bundle('deploy-ecs'), step({ image: 'example.com/web:next' }))
  expect([done.code, done.log.includes('::error')]).toEqual([0, false])
  expect(done.outputs).toMatchObject({ verdict: 'succeeded', images: '["app=example.com/web:next"]' })
  expect(parseDeployRecord(done.outputs['deploy-record'] ?? '', 'deploy-record')).toMatchObject({
    verdict: 'succeeded',
    services: [{ cluster: 'production', service: 'web' }],
  })
  expect(done.summary).toContain('✅ Deployed: web')
  expect(await current()).toBe('web:2')
})

test('a deploy that fails is red, with annotations and a summary, and is rolled back', async () => {
  const done = await runStep(bundle('deploy-ecs'), step({ image: 'example.com/web:missing' }))
  expect(done.code).toBe(1)
  expect(done.outputs['verdict']).toBe('rolled-back')
  expect(done.log).toMatch(
    /^::error::production\/web: rolled-back\. \d+ tasks of web:3 failed: CannotPullContainerError/m,
  )
  expect(done.summary).toContain('The image is not in the registry')
  expect(await current()).toBe('web:2')
})

test('a run that is cancelled ends at once, and the service is being rolled back', async () => {
  const running = startStep(bundle('deploy-ecs'), step({ image: 'example.com/web:never' }))
  while (!running.log().includes('Deploying web:')) await delay(50)
  running.child.kill('SIGINT')
  const done = await running.ended
  expect(done.code).toBe(1)
  expect(done.outputs['verdict']).toBe('cancelled')
  expect(done.log).toContain('is being rolled back to web:2 by ECS')
  const post = await runStep(bundle('deploy-ecs').replace('index.js', 'post.js'), {
    ...step({ image: 'x' }),
    state: done.state,
  })
  expect([post.code, post.log]).toEqual([0, ''])
  await settled(ecs, 'web:2')
})

test('a step that is killed is finished by its post step', async () => {
  const running = startStep(bundle('deploy-ecs'), step({ image: 'example.com/web:never', 'on-conflict': 'supersede' }))
  while (!running.log().includes('Deploying web:')) await delay(50)
  running.child.kill('SIGKILL')
  const killed = await running.ended
  const post = await runStep(bundle('deploy-ecs').replace('index.js', 'post.js'), {
    ...step({ image: 'example.com/web:never' }),
    state: killed.state,
  })
  expect(post.code).toBe(0)
  expect(post.log).toContain('is being rolled back to web:2 by ECS')
})

test.each([
  [{ service: '' }, 'Input `service` is missing.'],
  [{ 'on-failure': 'revert' }, 'Input `on-failure` is `revert`'],
  [{ cluster: 'nowhere' }, 'Input `cluster` names `nowhere`, which does not exist'],
])('%j is refused with one error, and nothing is changed', async (inputs, message) => {
  const before = cloud.journal.entries('api').filter(({ action }) => /^(Update|Register)/.test(String(action))).length
  const done = await runStep(bundle('deploy-ecs'), step(inputs))
  expect(done.code).toBe(1)
  expect(done.log).toContain(`::error::${message}`)
  expect(cloud.journal.entries('api').filter(({ action }) => /^(Update|Register)/.test(String(action)))).toHaveLength(
    before,
  )
})
