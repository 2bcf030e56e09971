// `wait-for: bake`: tasks that start or are replaced during the bake are no failures.
import { DescribeServicesCommand, ListTasksCommand, StopTaskCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
  await makeService(cloud)
})
afterEach(() => cloud.close())

const revision = async () => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}
/** Does something so long after the deployment was complete. */
const onceComplete = (ms: number, task: () => Promise<void>) =>
  cloud.journal.follow(({ type, status }) => {
    if (type === 'service-deployment' && status === 'SUCCESSFUL') cloud.clock.after(ms, task)
  })

const bake = { image: 'example.com/web:slow', 'wait-for': 'bake', 'bake-time': '5m', timeout: '30m' }

test('tasks that autoscaling adds or ECS replaces do not restart the bake', async () => {
  onceComplete(60_000, async () => {
    await cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', desiredCount: 4 }))
  })
  onceComplete(200_000, async () => {
    const { taskArns = [] } = await cloud.ecs.send(
      new ListTasksCommand({ cluster: 'production', serviceName: 'web', desiredStatus: 'RUNNING' }),
    )
    await cloud.ecs.send(new StopTaskCommand({ cluster: 'production', task: taskArns[0] ?? '' }))
  })
  let complete = 0
  onceComplete(0, async () => {
    complete = cloud.clock.now()
  })
  const done = await deploy(cloud, bake)
  expect(done.error).toBeUndefined()
  expect(done.log.join('\n')).toMatch(/2\/4 running, 2 pending[\s\S]*stopped: Task stopped by user/)
  expect(cloud.clock.now() - complete).toBeLessThan(6 * 60_000)
  expect(await revision()).toBe('web:2')
})

test('a bake that is not over at the time-out is red, and a healthy revision is not rolled back', async () => {
  const done = await deploy(cloud, { ...bake, 'bake-time': '5m', timeout: '6m' })
  expect(done.outputs['verdict']).toBe('timed-out')
  expect(done.error).toContain(
    'no task has failed or turned unhealthy since, but the bake time is not over. The revision stays.',
  )
  expect(await revision()).toBe('web:2')
  expect(cloud.journal.entries('api').filter(({ action }) => action === 'StopServiceDeployment')).toEqual([])
})
