// What the post step gets as the state of its main step may be variables of the job, `STATE_services` and `STATE_task`. So nothing is
// undone that the inputs do not name, or that ECS does not show to be of this run.
import { isDeepStrictEqual } from 'node:util'
import type { Task } from '@aws-sdk/client-ecs'
import { describeError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { taskId } from '../aws/short-names.ts'
import { describeTasks } from '../aws/tasks.ts'
import type { Context } from '../inputs/context.ts'
import type { ScalingBounds } from '../inputs/inputs.ts'
import { changesFor, withScaling } from '../task-definition/desired-count.ts'
import type { PostState, RunningTask } from './post-state.ts'
import { startedByRun } from './run-task.ts'
import { settingsOfInputs } from './settings.ts'

/** The services that this step's inputs name, with those settings alone that its inputs change. `bounds`: those of autoscaling, by `cluster/service`. */
export function ownServices(
  { inputs, log }: Pick<Context, 'inputs' | 'log'>,
  services: readonly PostState[],
  bounds: ReadonlyMap<string, ScalingBounds> = new Map(),
): readonly PostState[] {
  const named = new Set(inputs.services.map(nameOf))
  return services.flatMap((state) => {
    const { settings, ...rest } = state
    if (!named.has(nameOf(state.name))) {
      log.warning(`Service \`${nameOf(state.name)}\` is left as it is: this step does not deploy it.`)
      return []
    }
    const asked = withScaling(inputs.serviceChanges, bounds.get(nameOf(state.name)))
    // `scale-in` may have left alone the count of a service that had more tasks. Autoscaling's bounds may have changed it.
    const others = [Infinity, 0].map((desiredCount) => changesFor({ desiredCount }, asked))
    const isOurs = [asked, ...others].map(settingsOfInputs).some((change) => isDeepStrictEqual(settings?.to, change))
    return settings !== undefined && isOurs ? [state] : [rest]
  })
}

/** Whether this run started the task. Never throws: a task that cannot be looked at is not ours to stop. */
export async function isOwnTask(
  context: Pick<Context, 'aws' | 'log' | 'env' | 'inputs'>,
  { cluster, taskArn }: RunningTask,
): Promise<boolean> {
  const { aws, log, env, inputs } = context
  const left = (why: string) => {
    log.warning(`Task ${taskId(taskArn)} is left as it is: ${why}`)
    return false
  }
  if (!inputs.services.some((name) => name.cluster === cluster)) {
    return left(`this step does not deploy to cluster \`${cluster}\`.`)
  }
  try {
    const task = await findTask(aws, cluster, taskArn)
    // ECS forgets a task about an hour after it has stopped.
    if (task === undefined) return false
    return task.startedBy === startedByRun(readWorkflowRun(env)) || left('this run did not start it.')
  } catch (error) {
    return left(describeError(error))
  }
}

const LOOKS = 3
const PAUSE_MS = 2_000

/** Looks again where ECS does not know the task: reads lag behind RunTask. */
async function findTask(aws: AwsCalls, cluster: string, taskArn: string): Promise<Task | undefined> {
  for (let look = 1; ; look++) {
    const [task] = await describeTasks(aws, cluster, [taskArn])
    if (task !== undefined || look === LOOKS) return task
    await aws.clock.sleep(PAUSE_MS, aws.signal)
  }
}
