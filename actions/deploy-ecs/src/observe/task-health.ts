import { targetGroupName, taskId } from '../aws/short-names.ts'
import type { Observation, ObservedService, ObservedTarget, ObservedTask } from './model.ts'
import { judgeStop } from './stopped-task.ts'

/** The tasks that run or start: not those that have stopped or are stopping. */
export const liveTasks = (tasks: readonly ObservedTask[]): readonly ObservedTask[] =>
  tasks.filter((task) => task.lastStatus !== 'STOPPED' && judgeStop(task) === undefined)

/** Why a task is not healthy, one line for each reason; empty for a healthy task. */
export function unhealthiness(
  task: ObservedTask,
  service: ObservedService,
  targets: readonly ObservedTarget[],
): readonly string[] {
  const name = taskId(task.arn)
  if (task.lastStatus !== 'RUNNING') return [`task ${name} is ${task.lastStatus}`]
  if (task.healthStatus === 'UNHEALTHY') return [`task ${name} fails its container health check`]
  return service.loadBalancers.flatMap((balancer) => {
    const groups = [balancer.targetGroupArn, balancer.alternateTargetGroupArn]
    const seen = targets.filter((target) => target.taskArn === task.arn && groups.includes(target.targetGroupArn))
    if (seen.some(({ state }) => state === 'healthy')) return []
    const registered = seen.find(({ state }) => state !== 'unregistered')
    if (registered === undefined)
      return [`task ${name} is not registered in ${targetGroupName(balancer.targetGroupArn)}`]
    return [
      `target ${registered.target} in ${targetGroupName(registered.targetGroupArn)} is ${describeTarget(registered)}`,
    ]
  })
}

/** How many of our tasks are healthy; 0 where they were not read. */
export function healthyCount({ service, tasks, targets }: Observation): number {
  if (service === undefined || tasks === undefined) return 0
  return liveTasks(tasks).filter((task) => unhealthiness(task, service, targets ?? []).length === 0).length
}

/** `unhealthy (Target.ResponseCodeMismatch: Health checks failed with these codes: [500])`. */
export function describeTarget({ state, reason, description }: ObservedTarget): string {
  const why = [reason, description].filter((part) => part !== undefined && part !== '').join(': ')
  return why === '' ? state : `${state} (${why})`
}
