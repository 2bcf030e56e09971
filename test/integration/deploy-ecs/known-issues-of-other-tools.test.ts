// Faults that users of other deploy tools reported, where no other test is about them. The titles have the number of the thread.
// DTD is aws-actions/amazon-ecs-deploy-task-definition.
import { DescribeTaskDefinitionCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { type Deployed, deploy } from '../../support/deploy-ecs/deploy.ts'
import { BY_TAG, type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** Another cloud than the usual one. */
async function inCloud(...options: Parameters<typeof startEcsCloud>) {
  await cloud.close()
  cloud = await startEcsCloud(...options)
}
const breaker = { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } }
/** The journal's status of the service deployment in the action's output. */
const truth = (done: Deployed) =>
  cloud.journal
    .entries('service-deployment')
    .findLast(({ serviceDeploymentArn }) => serviceDeploymentArn === done.outputs['service-deployment-arn'])
const seconds = (from: string | undefined) => (cloud.clock.now() - Date.parse(from ?? '')) / 1000

test.each([false, true])(
  'a rollback of ECS is red, and no success (DTD#191, DTD#494, ecspresso, sil-org/ecs-deploy, deploy-express-service; only the list of deployments may be read: %s)',
  async (denied) => {
    await makeService(cloud, { service: breaker })
    const refusal = new AwsError('AccessDeniedException', 'not authorized')
    cloud.intercept = ({ action }) => (denied && /ServiceDeployments/.test(action) ? { error: refusal } : undefined)
    const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '1000' })
    expect(cloud.journal.entries('service-deployment').at(-1)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
    expect([done.outputs['verdict'], done.error]).toEqual(['rolled-back', expect.stringContaining('ircuit breaker')])
  },
)

test('a rollback to the same revision is red (peer: fabfuel, where it passes)', async () => {
  await inCloud({
    scenario: "description: d\ntasks:\n  - { when: { deployment: 2 }, pull: { fails: 'no such image' } }",
  })
  await makeService(cloud, { service: breaker })
  const done = await deploy(cloud, { 'force-new-deployment': 'true', 'max-failed-tasks': '1000' })
  expect(done.outputs['task-definition-arn']).toBe(done.outputs['previous-task-definition-arn'])
  expect(truth(done)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
  expect([done.outputs['verdict'], done.error]).toEqual(['rolled-back', expect.any(String)])
})

test('a deploy that times out is red (peer: deploy-express-service, where it is green)', async () => {
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:no-room', timeout: '15m', 'on-failure': 'leave' })
  expect([done.outputs['verdict'], done.error]).toEqual(['timed-out', expect.stringContaining('Not done after 15 min')])
})

test('the end of a long deploy is noticed within ten seconds (peer: DTD 872, up to ten minutes)', async () => {
  await inCloud({ scenario: BY_TAG.replace('takes: 90s', 'takes: 13m') })
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:slow' })
  expect(done.outputs['verdict']).toBe('succeeded')
  const end = truth(done)
  expect(end).toMatchObject({ status: 'SUCCESSFUL' })
  expect(seconds(end?.at)).toBeLessThanOrEqual(10)
})

test('detects a crash loop of tasks that run first, which the circuit breaker misses (peer: containers-roadmap 1206)', async () => {
  await makeService(cloud, { service: breaker, balanced: false })
  const begun = cloud.clock.now()
  const done = await deploy(cloud, { image: 'example.com/web:exit-3' })
  expect(done.outputs['verdict']).toBe('rolled-back')
  expect(done.error).toContain('app exited with code 3')
  expect(cloud.clock.now() - begun).toBeLessThan(180_000)
  // Only the action requested it.
  expect(truth(done)?.['statusReason']).toBe('Service deployment rolled back because of a user request.')
})

test('outputs its own service deployment, which UpdateService does not return (peer: containers-roadmap 2709)', async () => {
  await inCloud({ staleness: { currentServiceDeployment: 600_000, serviceDeployments: 0 } })
  await makeService(cloud)
  const done = await deploy(cloud, { image: 'example.com/web:next' })
  const made = cloud.journal
    .entries('service-deployment')
    .filter(({ taskDefinition }) => /web:2$/.test(`${taskDefinition}`))
  expect(done.outputs['service-deployment-arn']).toBe(made[0]?.['serviceDeploymentArn'])
  expect(new Set(made.map(({ serviceDeploymentArn }) => serviceDeploymentArn)).size).toBe(1)
})

test("Terraform's edits to its template ship with the next deploy, which leaves the template alone (terraform-provider-aws#632, terraform-aws-ecs#165)", async () => {
  const template = (environment: string) => ({
    family: 'web-template',
    networkMode: 'awsvpc' as const,
    requiresCompatibilities: ['FARGATE' as const],
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      {
        name: 'app',
        image: 'example.com/web:none',
        portMappings: [{ containerPort: 80 }],
        environment: [{ name: 'LEVEL', value: environment }],
      },
    ],
  })
  await makeService(cloud)
  await cloud.ecs.send(new RegisterTaskDefinitionCommand(template('info')))
  await deploy(cloud, { template: 'web-template', image: 'example.com/web:next' })
  await cloud.ecs.send(new RegisterTaskDefinitionCommand(template('debug')))
  const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:next' })
  expect(done.outputs['verdict']).toBe('succeeded')
  const read = async (taskDefinition: string) =>
    (await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition
  expect((await read('web'))?.containerDefinitions).toMatchObject([
    { image: 'example.com/web:next', environment: [{ name: 'LEVEL', value: 'debug' }] },
  ])
  expect(await read('web-template')).toMatchObject({
    revision: 2,
    containerDefinitions: [{ image: 'example.com/web:none' }],
  })
})
