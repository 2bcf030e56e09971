import type { Container, Task } from '@aws-sdk/client-ecs'
import { runBeforeDeploy } from '../../../../actions/deploy-ecs/src/change/before-deploy-task.ts'
import { readTask } from '../../../../actions/deploy-ecs/src/change/post-state.ts'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { type Answer, awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const taskArn = 'arn:aws:ecs:eu-west-1:123456789012:task/prod/abc'
const logConfiguration = {
  logDriver: 'awslogs',
  options: { 'awslogs-group': 'g', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'p' },
}
const plan = {
  name: { cluster: 'prod', service: 'web' },
  before: {},
  revision: {
    registration: { family: 'web', containerDefinitions: [{ name: 'app', logConfiguration }, { name: 'agent' }] },
  },
  shipped: [],
} as unknown as ServicePlan

const ended = (more: Container): Container => ({ name: 'app', lastStatus: 'STOPPED', ...more })
const task = (more: Task): Task => ({ taskArn, lastStatus: 'RUNNING', containers: [{ name: 'app' }], ...more })
const stopped = (container: Container, more: Task = {}) =>
  task({ lastStatus: 'STOPPED', containers: [ended(container)], ...more })

/** Runs the task; each look at it shows the next of `looks`, and then the last. */
async function run(
  looks: readonly (Task | Error | undefined)[],
  more: Readonly<Record<string, Answer>> = {},
  saveState?: () => never,
  showContainerLogs = 'summary',
) {
  const fake = fakeAws({
    RunTask: { tasks: [{ taskArn }] },
    DescribeTasks: (_, count) => {
      const look = looks[Math.min(count, looks.length) - 1]
      return look instanceof Error ? look : { tasks: look === undefined ? [] : [look] }
    },
    GetLogEvents: (_, count) => ({
      events: count === 1 ? [{ message: 'migrating' }] : [],
      nextForwardToken: 't',
    }),
    StopTask: {},
    ...more,
  })
  const { log, lines } = fakeLog()
  const state = new Map<string, string>()
  const step = {
    saveState: saveState ?? ((name: string, value: string) => void state.set(name, value)),
    state: (name: string) => state.get(name) ?? '',
  }
  const { aws, clock } = fake
  const inputs = { showContainerLogs }
  const context = { aws, clock, log, step, env: {}, inputs, signal: aws.signal } as unknown as Context
  const beforeDeploy = { command: ['npm', 'run', 'migrate'], container: 'app', timeoutMs: 60_000 } as const
  const error = await runBeforeDeploy(context, { plan, taskDefinition: 'web:2' }, beforeDeploy).then(
    () => undefined,
    (failure: unknown) => describeError(failure),
  )
  return { ...fake, lines, error, left: readTask(step as never) }
}

test('succeeds when the container exits with 0, with its log', async () => {
  const { error, lines, left, requests } = await run([task({}), stopped({ exitCode: 0 })])
  expect(error).toBeUndefined()
  expect(lines).toEqual([
    'info: Running `npm run migrate` in app (task abc of web:2)',
    'info:   migrating',
    'info: Task abc succeeded: app exited with 0.',
  ])
  expect(left).toBeUndefined()
  expect(requests('StopTask')).toEqual([])
})

test('waits while ECS does not show the task yet', async () => {
  const { error, clock } = await run([undefined, task({}), stopped({ exitCode: 0 })])
  expect(error).toBeUndefined()
  expect(clock.slept.slice(0, 2)).toEqual([2_000, 2_000])
})

test('waits for the exit code of a container that ECS shows as STOPPED without one', async () => {
  const { error } = await run([task({ containers: [ended({})] }), task({ containers: [ended({ exitCode: 0 })] })])
  expect(error).toBeUndefined()
})

test('stops the task when the container has ended and others run on', async () => {
  const { error, requests, left } = await run([task({ containers: [ended({ exitCode: 0 }), { name: 'agent' }] })])
  expect(error).toBeUndefined()
  expect(requests('StopTask')).toEqual([
    { cluster: 'prod', task: taskArn, reason: 'The container of `before-deploy-command` has ended.' },
  ])
  expect(left).toBeUndefined()
})

test('fails with the exit code and the end of the log', async () => {
  const { error } = await run([stopped({ exitCode: 3 })])
  expect(error).toContain('`npm run migrate` in app exited with code 3.\nThe end of its log:\n  migrating')
  expect(error).toContain('The service runs as before, so the step can be run again.')
})

test('fails with the reason of ECS where the container never ran', async () => {
  const reason = 'CannotPullContainerError: not found'
  const { error } = await run([stopped({}, { stopCode: 'TaskFailedToStart', stoppedReason: reason })])
  expect(error).toContain(`in app never ran: ${reason}.`)
})

describe('a task that is not followed to its end is stopped', () => {
  const reasonOf = ({ requests }: Awaited<ReturnType<typeof run>>) => requests('StopTask')[0]?.['reason']

  test('at the time-out', async () => {
    const done = await run([task({})])
    expect(reasonOf(done)).toBe('The time-out was over.')
    expect(done.error).toContain('had not ended after 1 min')
    expect(done.error).toContain('before-deploy-timeout')
    expect(done.left).toBeUndefined()
  })

  test('when its status cannot be read', async () => {
    const done = await run([awsError('AccessDeniedException')])
    expect(reasonOf(done)).toBe('Its status could not be read.')
    expect(done.error).toContain('AccessDenied')
  })

  test('and is left to the post step where it cannot be stopped', async () => {
    const { left } = await run([awsError('AccessDeniedException')], { StopTask: awsError('AccessDeniedException') })
    expect(left).toEqual({ cluster: 'prod', taskArn })
  })
})

test('a task that post could not be told of is stopped', async () => {
  const full = () => {
    throw new Error('ENOSPC: no space left on device, write')
  }
  const { error, requests } = await run([task({})], {}, full)
  expect(error).toContain('ENOSPC')
  expect(requests('StopTask')).toEqual([expect.objectContaining({ cluster: 'prod', task: taskArn })])
})

test.each([
  ['summary', ['info:   migrating'], true],
  ['log', ['info:   migrating'], false],
  ['never', [], false],
])('show-container-logs: %s logs %j, and has it in the error: %s', async (show, logged, isInError) => {
  const { lines, error } = await run([stopped({ exitCode: 1 })], {}, undefined, show)
  expect(lines.filter((line) => line.includes('  migrating'))).toEqual(logged)
  expect(error?.includes('  migrating')).toBe(isInError)
})
