import { createHash } from 'node:crypto'
import { RunTaskCommand, type RunTaskRequest, StopTaskCommand } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { CancelledError, describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { WorkflowRun } from '../../../../toolkit/github.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { taskId } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { volumesForTask } from '../task-definition/launch-volumes.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import type { RunningTask } from './post-state.ts'

/** What a task runs. */
export interface TaskRun {
  readonly taskDefinition: string
  readonly container: string
  readonly command: readonly string[]
}

/**
 * RunTask with the network, the capacity and the volumes of the service, and the tags of the task definition. The client token is that of one attempt of one job, so that a
 * call that is repeated starts no second task.
 */
export function runTaskRequest(
  { name, before, revision }: ServicePlan,
  { taskDefinition, container, command }: TaskRun,
  run: Pick<WorkflowRun, 'id' | 'attempt' | 'job'>,
): RunTaskRequest {
  const { networkConfiguration, capacityProviderStrategy = [], launchType, platformVersion } = before
  const { registration } = revision
  const volumeConfigurations = volumesForTask(before, registration)
  const token = [run.id, run.attempt, run.job, nameOf(name), taskDefinition, ...command].join('\n')
  return {
    cluster: name.cluster,
    taskDefinition,
    count: 1,
    startedBy: startedByRun(run),
    clientToken: createHash('sha256').update(token).digest('hex'),
    overrides: { containerOverrides: [{ name: container, command: [...command] }] },
    ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
    ...(volumeConfigurations.length === 0 ? {} : { volumeConfigurations: [...volumeConfigurations] }),
    // Both need `ecs:TagResource`, so neither is sent where there is nothing to tag with.
    ...((registration.tags ?? []).length === 0 ? {} : { propagateTags: 'TASK_DEFINITION' }),
    ...(before.enableECSManagedTags === true ? { enableECSManagedTags: true } : {}),
    // ECS accepts one of the two. DescribeServices shows a launch type beside a capacity provider strategy.
    ...(capacityProviderStrategy.length > 0
      ? { capacityProviderStrategy }
      : launchType === undefined
        ? {}
        : { launchType }),
    ...(platformVersion === undefined || capacityProviderStrategy.length > 0 ? {} : { platformVersion }),
  }
}

/** Who ECS shows as having started a task of this run. */
export const startedByRun = ({ id }: Pick<WorkflowRun, 'id'>): string => `slipway/${id || 'local'}`

/** Starts the task and returns its ARN. @throws SlipwayError with the reasons that ECS gives for starting none. */
export async function startTask(aws: AwsCalls, request: RunTaskRequest): Promise<string> {
  const { tasks = [], failures = [] } = await aws.call('runTask', 'start the task before the deploy', () =>
    // Not aborted when the run is cancelled: a task that may have started has to be known, or nothing could stop it.
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

/** Stops a task. Never throws. @returns false if it still runs; true also for a task that had stopped by itself. */
export async function stopTask(
  { aws, log }: Pick<Context, 'aws' | 'log'>,
  { cluster, taskArn }: RunningTask,
  reason: string,
): Promise<boolean> {
  const id = taskId(taskArn)
  try {
    await aws.call('runTask', `stop task ${id}`, (options) =>
      aws.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }), options),
    )
    log.info(`Stopping task ${id}. ${reason}`)
    return true
  } catch (error) {
    if (classifyAwsError(error) === 'refused' && !(error instanceof CancelledError)) return true
    log.error(`Task ${id} still runs: it could not be stopped. ${describeError(error)}`)
    return false
  }
}
