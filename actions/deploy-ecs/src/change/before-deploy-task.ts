// The task of `before-deploy-command`, such as a database migration: run from the new revision before any service is updated.

import { SlipwayError, TimedOutError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { revisionName, taskId } from '../aws/short-names.ts'
import { describeTasks } from '../aws/tasks.ts'
import type { Context } from '../inputs/context.ts'
import type { BeforeDeploy } from '../inputs/inputs.ts'
import { scrubber } from '../logs/scrub.ts'
import { TaskLog } from '../logs/task-log.ts'
import { type ObservedTask, observedTask } from '../observe/model.ts'
import { judgeStop } from '../observe/stopped-task.ts'
import { chosenContainer } from '../task-definition/before-deploy-container.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { type RunningTask, saveTask } from './post-state.ts'
import { runTaskRequest, startTask, stopTask, type TaskRun } from './run-task.ts'

/**
 * Runs the task to its end and streams its log. Stops it when the run is cancelled, the time-out is over, or its status
 * cannot be read. The post step knows the task as long as it may run.
 * @throws SlipwayError unless the chosen container exits with 0.
 */
export async function runBeforeDeploy(
  context: Context,
  { plan, taskDefinition }: { readonly plan: ServicePlan; readonly taskDefinition: string },
  { command, container: wanted, timeoutMs }: BeforeDeploy,
): Promise<void> {
  const { aws, log, step, env, inputs } = context
  const container = chosenContainer(plan, wanted)
  const run: TaskRun = { taskDefinition, container, command }
  const request = runTaskRequest(plan, run, readWorkflowRun(env))
  const task: RunningTask = { cluster: plan.name.cluster, taskArn: await startTask(aws, request) }
  try {
    saveTask(step, task)
  } catch (error) {
    await stopTask(context, task, 'The post step could not be told of it.')
    throw error
  }
  const id = taskId(task.taskArn)
  log.info(`Running \`${command.join(' ')}\` in ${container} (task ${id} of ${revisionName(taskDefinition)})`)
  const { containerDefinitions } = plan.revision.registration
  const definition = containerDefinitions.find(({ name }) => name === container)
  const view = { show: inputs.showContainerLogs, scrub: scrubber(env, containerDefinitions) }
  const output = new TaskLog(context, definition ?? { name: container }, task.taskArn, view)
  const ended = await followTask(context, { ...task, container, timeoutMs }, output).catch(async (error: unknown) => {
    const inTime = { log, aws: aws.within(AbortSignal.timeout(5_000)) }
    if (await stopTask(inTime, task, whyStopped(context, error))) saveTask(step, undefined)
    if (!(error instanceof TimedOutError)) throw error
    throw new SlipwayError(`The task before the deploy had not ended after ${formatDuration(timeoutMs)}.`, {
      hint: 'Raise `before-deploy-timeout` if it needs longer.',
      cause: error,
    })
  })
  const hasStopped =
    ended.lastStatus === 'STOPPED' ||
    (await stopTask(context, task, 'The container of `before-deploy-command` has ended.'))
  if (hasStopped) saveTask(step, undefined)
  await output.logRemainingLines()
  judge(ended, run, output.last)
  log.info(`Task ${id} succeeded: ${container} exited with 0.`)
}

interface FollowedTask extends RunningTask {
  readonly container: string
  readonly timeoutMs: number
}

const followTask = (
  { aws, clock, signal }: Context,
  { cluster, taskArn, container, timeoutMs }: FollowedTask,
  output: TaskLog,
): Promise<ObservedTask> =>
  poll(
    async () => {
      const [task] = (await describeTasks(aws, cluster, [taskArn])).map(observedTask)
      await output.logNewLines()
      return task !== undefined && hasEnded(task, container) ? task : undefined
    },
    { clock, signal, timeoutMs, delayMs: (look) => (look < 30 ? 2_000 : 5_000), what: 'the task before the deploy' },
  )

function whyStopped({ signal }: World, error: unknown): string {
  if (signal.aborted) return 'The workflow run was cancelled.'
  return error instanceof TimedOutError ? 'The time-out was over.' : 'Its status could not be read.'
}

/** The chosen container decides: a sidecar may never end. */
const hasEnded = (task: ObservedTask, container: string): boolean =>
  task.lastStatus === 'STOPPED' ||
  task.containers.some(
    ({ name, lastStatus, exitCode }) => name === container && lastStatus === 'STOPPED' && exitCode !== undefined,
  )

function judge(task: ObservedTask, { container, command }: TaskRun, lastLines: readonly string[]): void {
  const exitCode = task.containers.find(({ name }) => name === container)?.exitCode
  if (exitCode === 0) return
  const stop = judgeStop(task)
  const how =
    exitCode === undefined ? `never ran: ${stop?.reason ?? 'no reason was given'}` : `exited with code ${exitCode}`
  const failed = `The task before the deploy failed: \`${command.join(' ')}\` in ${container} ${how}.`
  const end = lastLines.length === 0 ? [] : ['The end of its log:', ...lastLines.map((line) => `  ${line}`)]
  throw new SlipwayError([failed, ...end].join('\n'), {
    hint: 'See its log. The service runs as before, so the step can be run again.',
  })
}
