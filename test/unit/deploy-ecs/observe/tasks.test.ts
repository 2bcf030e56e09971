import type { Task } from '@aws-sdk/client-ecs'
import { TaskTracker } from '../../../../actions/deploy-ecs/src/observe/tasks.ts'
import { fakeAws, type Input } from '../../../support/deploy-ecs/fake-aws.ts'

const owner = {
  name: { cluster: 'prod', service: 'web' },
  deploymentId: 'ours',
  taskDefinition: 'web:2',
  isNew: true,
  adopts: true,
}
const task = (taskArn: string, more: Task = {}): Task => ({
  ...{ taskArn, startedBy: 'ours', taskDefinitionArn: 'web:2', lastStatus: 'RUNNING', desiredStatus: 'RUNNING' },
  containers: [{ name: 'app', imageDigest: 'sha256:x' }],
  ...more,
})
const stopped = (taskArn: string, more: Task = {}) =>
  task(taskArn, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', ...more })

/** ECS with these tasks, which a test may change between reads. */
function ecsOf(tasks: Task[]) {
  const fake = fakeAws({
    ListTasks: ({ desiredStatus }: Input) => ({
      taskArns: tasks.filter((one) => one.desiredStatus === desiredStatus).map(({ taskArn }) => taskArn),
    }),
    DescribeTasks: ({ tasks: arns }: Input) => ({
      tasks: tasks.filter(({ taskArn = '' }) => (arns as readonly string[]).includes(taskArn)),
    }),
  })
  return {
    ...fake,
    tasks,
    described: () => fake.requests('DescribeTasks').flatMap(({ tasks: arns }) => arns as string[]),
  }
}

const read = async (tracker: TaskTracker, ecs: ReturnType<typeof ecsOf>) =>
  (await tracker.read(ecs.aws)).map(({ arn, lastStatus }) => `${arn} ${lastStatus}`)

test('returns the tasks that our deployment started', async () => {
  const ecs = ecsOf([task('a'), stopped('b'), task('c', { startedBy: 'other', taskDefinitionArn: 'web:1' })])
  expect(await read(new TaskTracker(owner), ecs)).toEqual(['a RUNNING', 'b STOPPED'])
})

test('describes tasks again only while something about them can change', async () => {
  const ecs = ecsOf([
    task('settled'),
    task('pending', { lastStatus: 'PENDING' }),
    task('checked', { healthStatus: 'HEALTHY' }),
    task('undigested', { containers: [{ name: 'app' }] }),
    task('foreign', { startedBy: 'other', taskDefinitionArn: 'web:1' }),
    stopped('stopped'),
  ])
  const tracker = new TaskTracker(owner)
  await tracker.read(ecs.aws)
  expect(ecs.described()).toHaveLength(6)
  await tracker.read(ecs.aws)
  expect(ecs.described().slice(6)).toEqual(['pending', 'checked', 'undigested'])
})

test('sees a settled task stop', async () => {
  const ecs = ecsOf([task('a')])
  const tracker = new TaskTracker(owner)
  expect(await read(tracker, ecs)).toEqual(['a RUNNING'])
  ecs.tasks[0] = stopped('a')
  expect(await read(tracker, ecs)).toEqual(['a STOPPED'])
})

test('keeps a stopped task that ECS no longer lists, and drops a running one', async () => {
  const ecs = ecsOf([task('a'), stopped('b')])
  const tracker = new TaskTracker(owner)
  await tracker.read(ecs.aws)
  ecs.tasks.length = 0
  expect(await read(tracker, ecs)).toEqual(['b STOPPED'])
})

describe('tasks of our revision that another deployment started', () => {
  const foreign = { startedBy: 'other' }

  test('are ours where it adopts them and they run, as in a rollback', async () => {
    const ecs = ecsOf([
      task('a', foreign),
      stopped('b', foreign),
      task('c', { ...foreign, taskDefinitionArn: 'web:1' }),
    ])
    expect(await read(new TaskTracker(owner), ecs)).toEqual(['a RUNNING'])
  })

  test('are not ours where it does not, as after `force-new-deployment`', async () => {
    expect(await read(new TaskTracker({ ...owner, adopts: false }), ecsOf([task('a', foreign)]))).toEqual([])
  })
})

test('of a deployment that was there before, tasks that had stopped before the first look are not returned', async () => {
  const ecs = ecsOf([task('a'), stopped('b')])
  const tracker = new TaskTracker({ ...owner, isNew: false })
  expect(await read(tracker, ecs)).toEqual(['a RUNNING'])
  ecs.tasks.push(stopped('c'))
  expect(await read(tracker, ecs)).toEqual(['a RUNNING', 'c STOPPED'])
})
