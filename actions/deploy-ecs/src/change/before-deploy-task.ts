// A task that runs once, from the new revision, before the service is touched: migrations.
import { createHash } from 'node:crypto'
import { RunTaskCommand, type RunTaskRequest, StopTaskCommand } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../../toolkit/aws.ts'
import { formatDuration } from '../../../../toolkit/duration.ts'
import { CancelledError, describeError, SlipwayError, TimedOutError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName, taskId } from '../aws/short-names.ts'
import { describeTasks } from '../aws/tasks.ts'
import type { BeforeDeploy } from '../inputs/inputs.ts'
import { TaskLog } from '../logs/task-log.ts'
import { type ObservedTask, observedTask } from '../observe/model.ts'
import { judgeStop } from '../observe/stopped-task.ts'
import { chosenContainer } from '../task-definition/before-deploy-container.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import type { RunningTask } from './post-state.ts'

/** What RunTask is sent: the service's own network and place, and a token that makes a repeated call the same task. */
function runTaskRequest(
  { name, before }: ServicePlan,
  taskDefinition: string,
  container: string,
  command: readonly string[],
  run: { readonly id: string; readonly attempt: string; readonly job: string },
): RunTaskRequest {
  const { networkConfiguration, capacityProviderStrategy = [], launchType, platformVersion } = before
  const token = [run.id, run.attempt, run.job, nameOf(name), taskDefinition, ...command].join('\n')
  return {
    cluster: name.cluster,
    taskDefinition,
    count: 1,
    startedBy: `slipway/${run.id || 'local'}`,
    clientToken: createHash('sha256').update(token).digest('hex'),
    overrides: { containerOverrides: [{ name: container, command: [...command] }] },
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
    // ECS takes one of the two; a service shows its launch type also where it has a strategy.
    ...(capacityProviderStrategy.length > 0
      ? { capacityProviderStrategy }
      : launchType === undefined
        ? {}
        : { launchType }),
    ...(platformVersion === undefined || capacityProviderStrategy.length > 0 ? {} : { platformVersion }),
  }
}

/**
 * Runs the task to its end, with its log in ours. Stops it when the run is cancelled, the time is over, or it can no longer
 * be followed. `remember` is told of it while it runs, also when it could not be stopped.
 * @throws SlipwayError unless the chosen container exits with 0.
 */
export async function runBeforeDeploy(
  world: World,
  aws: AwsCalls,
  plan: ServicePlan,
  taskDefinition: string,
  { command, container: wanted, timeoutMs }: BeforeDeploy,
  remember: (running: RunningTask | undefined) => void,
): Promise<void> {
  const container = chosenContainer(plan, wanted)
  const { cluster } = plan.name
  const request = runTaskRequest(plan, taskDefinition, container, command, readWorkflowRun(world.env))
  const task: RunningTask = { cluster, taskArn: await startTask(aws, request) }
  remember(task)
  const id = taskId(task.taskArn)
  world.log.info(`Task ${id} of ${revisionName(taskDefinition)} runs \`${command.join(' ')}\` in ${container}.`)
  const stop = async (by: AwsCalls, why: string) => {
    if (await stopTask(by, world.log, task, why)) remember(undefined)
  }
  const definition = plan.target.registration.containerDefinitions.find(({ name }) => name === container)
  const log = new TaskLog(world, aws, definition ?? { name: container }, task.taskArn)
  const ended = await followTask(world, aws, task, container, log, timeoutMs).catch(async (error: unknown) => {
    await stop(aws.within(AbortSignal.timeout(5_000)), whyStopped(world, error))
    if (!(error instanceof TimedOutError)) throw error
    throw new SlipwayError(`The task before the deploy had not ended after ${formatDuration(timeoutMs)}.`, {
      hint: 'Raise `before-deploy-timeout` if it needs longer.',
      cause: error,
    })
  })
  if (ended.lastStatus === 'STOPPED') remember(undefined)
  else await stop(aws, 'The chosen container has ended.')
  await log.rest()
  judge(ended, container, command, log.last)
  world.log.info(`Task ${id} ended well: ${container} exited with 0.`)
}

const followTask = (
  world: World,
  aws: AwsCalls,
  { cluster, taskArn }: RunningTask,
  container: string,
  log: TaskLog,
  timeoutMs: number,
): Promise<ObservedTask> =>
  poll(
    async () => {
      const [task] = (await describeTasks(aws, cluster, [taskArn])).map(observedTask)
      await log.look()
      return task !== undefined && hasEnded(task, container) ? task : undefined
    },
    {
      clock: world.clock,
      signal: world.signal,
      timeoutMs,
      delayMs: (look) => (look < 30 ? 2_000 : 5_000),
      what: 'the task before the deploy',
    },
  )

function whyStopped({ signal }: World, error: unknown): string {
  if (signal.aborted) return 'The workflow run was cancelled.'
  return error instanceof TimedOutError ? 'It took too long.' : 'It could no longer be followed.'
}

async function startTask(aws: AwsCalls, request: RunTaskRequest): Promise<string> {
  const { tasks = [], failures = [] } = await aws.call('runTask', 'start the task before the deploy', () =>
    // Not aborted with the run: a task that may have been started has to be known, or it could not be stopped.
    aws.clients.ecs.send(new RunTaskCommand(request)),
  )
  const arn = tasks[0]?.taskArn
  if (arn !== undefined) return arn
  const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': ')).join('; ')
  throw new SlipwayError(`ECS could not start the task before the deploy: ${why || 'no reason was given'}.`, {
    hint: /RESOURCE|capacity/i.test(why)
      ? 'The cluster has no room for it. Add capacity, or make the task smaller.'
      : 'Check the capacity providers and the network of the service.',
  })
}

/** Stops a task, and gives whether it is stopped. It may well have stopped by itself. Never throws. */
export async function stopTask(
  aws: AwsCalls,
  log: Log,
  { cluster, taskArn }: RunningTask,
  reason: string,
): Promise<boolean> {
  const id = taskId(taskArn)
  try {
    await aws.call('runTask', `stop task ${id}`, (options) =>
      aws.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }), options),
    )
    log.info(`Task ${id} was told to stop: ${reason}`)
    return true
  } catch (error) {
    if (classifyAwsError(error) === 'refused' && !(error instanceof CancelledError)) return true
    log.error(`Task ${id} still runs: it could not be stopped. ${describeError(error)}`)
    return false
  }
}

/** A sidecar may go on for ever: the chosen container decides. */
const hasEnded = (task: ObservedTask, container: string): boolean =>
  task.lastStatus === 'STOPPED' ||
  task.containers.some(
    ({ name, lastStatus, exitCode }) => name === container && lastStatus === 'STOPPED' && exitCode !== undefined,
  )

function judge(task: ObservedTask, container: string, command: readonly string[], said: readonly string[]): void {
  const exitCode = task.containers.find(({ name }) => name === container)?.exitCode
  if (exitCode === 0) return
  const stop = judgeStop(task)
  const how =
    exitCode === undefined ? `never ran: ${stop?.reason ?? 'no reason was given'}` : `exited with code ${exitCode}`
  const failed = `The task before the deploy failed: \`${command.join(' ')}\` in ${container} ${how}.`
  const end = said.length === 0 ? [] : ['The end of its log:', ...said.map((line) => `  ${line}`)]
  throw new SlipwayError([failed, ...end].join('\n'), { hint: 'The service was not touched.' })
}
