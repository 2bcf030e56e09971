// A rollback counts as healthy when its tasks and targets are, whatever ECS calls it.
import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { DeregisterTargetsCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const rolling = (enable: boolean) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable, rollback: enable } },
})
/** Somebody takes all targets out, the moment ECS calls its rollback complete. */
async function loseTargetsAfterRollback() {
  const TargetGroupArn = (await serviceIn(cloud))?.loadBalancers?.[0]?.targetGroupArn
  let losing: Promise<unknown> = Promise.resolve()
  cloud.journal.follow(({ type, status }) => {
    if (type !== 'service-deployment' || status !== 'ROLLBACK_SUCCESSFUL') return
    losing = cloud.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })).then(({ TargetHealthDescriptions }) =>
      cloud.elb.send(
        new DeregisterTargetsCommand({
          TargetGroupArn,
          Targets: (TargetHealthDescriptions ?? []).flatMap(({ Target }) => Target ?? []),
        }),
      ),
    )
  })
  return () => losing
}
/** The breaker's own rollback, or ours through ECS. */
const WAYS = [
  ['of the circuit breaker', true, { 'max-failed-tasks': '1000' }],
  ['of ours', false, {}],
] as const

describe.each(WAYS)('a rollback %s', (_, breaker, inputs) => {
  const crash = { image: 'example.com/web:missing', ...inputs }

  test('is rolled-back once tasks and targets are healthy, with the evidence', async () => {
    await makeService(cloud, { service: rolling(breaker) })
    const done = await deploy(cloud, crash)
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toMatch(/After the rollback: .*2 (tasks run web:1, with 2 )?healthy targets/)
  })

  test('that ECS calls complete is failed where targets are unhealthy', async () => {
    await makeService(cloud, { service: rolling(breaker) })
    const lost = await loseTargetsAfterRollback()
    const done = await deploy(cloud, crash)
    await lost()
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toMatch(/is not registered in web|is draining|is unused/)
  })

  test('goes to the last revision that completed, which need not be the previous one', async () => {
    await makeService(cloud, { service: rolling(breaker) })
    await deploy(cloud, { image: 'example.com/web:slow', 'wait-for': 'none' })
    const done = await deploy(cloud, { ...crash, 'on-conflict': 'supersede' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.outputs['previous-task-definition-arn']).toMatch(/web:2$/)
    expect(done.error).toMatch(/(olled back to web:1, which|web:1) is healthy\./)
    expect(done.error).not.toContain('web:2')
    expect((await serviceIn(cloud))?.taskDefinition).toMatch(/web:1$/)
  })

  test('is rolled-back, with no word on its health, where that may not be read', async () => {
    await makeService(cloud, { service: rolling(breaker) })
    let over = false
    cloud.journal.follow(({ type, status }) => {
      over ||= type === 'service-deployment' && status === 'ROLLBACK_SUCCESSFUL'
    })
    cloud.intercept = ({ action }) =>
      over && action === 'DescribeTargetHealth'
        ? { error: new AwsError('AccessDenied', 'not authorized', 403) }
        : undefined
    const done = await deploy(cloud, crash)
    expect(done.error).toMatch(/could not be read|can no longer be read/)
    expect(done.error).not.toContain('healthy.')
  })
})

test("another deploy after ECS's rollback is not taken for the rollback", async () => {
  await makeService(cloud, { service: rolling(true) })
  let at: Promise<unknown> = Promise.resolve()
  cloud.journal.follow(({ type, status }) => {
    if (type !== 'service-deployment' || status !== 'ROLLBACK_SUCCESSFUL') return
    at = cloud.ecs.send(
      new UpdateServiceCommand({
        cluster: 'production',
        service: 'web',
        taskDefinition: 'web:1',
        forceNewDeployment: true,
      }),
    )
  })
  const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '1000' })
  await at
  expect(['rolled-back', 'superseded']).toContain(done.outputs['verdict'])
})
