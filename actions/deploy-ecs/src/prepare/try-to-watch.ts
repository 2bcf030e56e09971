import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { describeTasks, listTasks } from '../aws/tasks.ts'
import { observedService } from '../observe/model.ts'
import { readTargets } from '../observe/target-health.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { missingTargetGroup } from './preflight.ts'

/** More would take longer than they are worth: the watch reads each of them soon enough. */
const MOST_TARGET_GROUPS = 20

/**
 * Makes each kind of call once that the watch needs, so that a missing permission or target group shows before the deploy.
 * @throws SlipwayError with all permissions that are missing: one for each run would take as many runs.
 */
export async function tryToWatch(aws: AwsCalls, plans: readonly ServicePlan[]): Promise<void> {
  const [first] = plans
  if (first === undefined) return
  const { cluster } = first.name
  const denied = new Map<string, unknown>()
  const attempt = <T>(permission: string, call: () => Promise<T>): Promise<T | undefined> =>
    call().catch((error) => {
      if (classifyAwsError(error) !== 'denied') throw error
      denied.set(permission, error)
      return undefined
    })
  const tasks = await attempt('ecs:ListTasks', () => listTasks(aws, first.name, 'RUNNING'))
  await attempt('ecs:DescribeTasks', () => describeTasks(aws, cluster, [tasks?.[0] ?? NO_TASK]))
  const balanced = plans.flatMap(({ name, before }) =>
    observedService(before).loadBalancers.map((balancer) => ({ name, balancer })),
  )
  const distinct = new Map(balanced.map((one) => [one.balancer.targetGroupArn, one]))
  await inParallel([...distinct.values()].slice(0, MOST_TARGET_GROUPS), 4, async ({ name, balancer }) => {
    const one = { cluster: name.cluster, loadBalancers: [balancer] }
    await attempt('elasticloadbalancing:DescribeTargetHealth', () => readTargets(aws, one, [], new Map())).catch(
      (error) => {
        throw missingTargetGroup(name, error) ?? error
      },
    )
  })
  if (denied.size > 0) throw lacking(denied)
}

/** The id of a task that does not exist: IAM judges the call, and ECS reports it as missing. */
const NO_TASK = '0'.repeat(32)

function lacking(denied: ReadonlyMap<string, unknown>): SlipwayError {
  const permissions = [...denied.keys()].map((permission) => `\`${permission}\``).join(', ')
  const [cause] = denied.values()
  return new SlipwayError(`The credentials may not call ${permissions}. ${errorMessage(cause)}`, {
    hint: 'Nothing was changed. Allow these calls: the README of this action has the whole policy under *Permissions*. With `wait-for: none` they are not needed.',
    cause,
  })
}
