// AWS's messages.
import { nameOf } from './arn.ts'
import type { Deployment, Registration, Service, Task } from './model.ts'

const list = (tasks: readonly Task[]) => tasks.map(({ id }) => `(task ${id})`).join(' ')
const troubleshooting = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.'

/** The messages of a service's events. */
export const events = {
  started: ({ name }: Service, tasks: readonly Task[]) =>
    `(service ${name}) has started ${tasks.length} tasks: ${list(tasks)}.`,
  replaced: ({ name }: Service, tasks: readonly Task[], replaced: number) =>
    `(service ${name}) has started ${tasks.length} tasks: ${list(tasks)}. ` +
    `Amazon ECS replaced ${replaced} tasks due to an unhealthy status.`,
  stopped: ({ name }: Service, tasks: readonly Task[]) =>
    `(service ${name}) has stopped ${tasks.length} running tasks: ${list(tasks)}.`,
  registered: ({ name }: Service, count: number, targetGroupArn: string) =>
    `(service ${name}) registered ${count} targets in (target-group ${targetGroupArn})`,
  deregistered: ({ name }: Service, count: number, targetGroupArn: string) =>
    `(service ${name}) deregistered ${count} targets in (target-group ${targetGroupArn})`,
  draining: ({ name }: Service, deploymentId: string, count: number) =>
    `(service ${name}, taskSet ${deploymentId}) has begun draining connections on ${count} tasks.`,
  completed: ({ name }: Service, { id }: Deployment) => `(service ${name}) (deployment ${id}) deployment completed.`,
  failed: ({ name }: Service, { id }: Deployment, why: string) =>
    `(service ${name}) (deployment ${id}) deployment failed: ${why}.`,
  rollingBack: ({ name }: Service, deploymentId: string) =>
    `(service ${name}) rolling back to deployment ${deploymentId}.`,
  steady: ({ name }: Service) => `(service ${name}) has reached a steady state.`,
  cannotStartConsistently: ({ name }: Service) =>
    `(service ${name}) is unable to consistently start tasks successfully. ${troubleshooting}`,
  stuck: ({ name }: Service) =>
    `(service ${name}) was unable to stop or start tasks during a deployment because of the service deployment ` +
    'configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
  noInstance: ({ name }: Service, reason: string) =>
    `(service ${name}) was unable to place a task because no container instance met all of its requirements. ` +
    `Reason: ${reason} ${troubleshooting}`,
  noFargate: ({ name }: Service, reason: string) =>
    `(service ${name}) was unable to place a task. Reason: ${reason} ${troubleshooting}`,
  unhealthyTarget: ({ name }: Service, task: Task, { targetGroupArn, target, reason }: Registration) =>
    `(service ${name}) (${task.instance === undefined || task.privateIp === target.id ? `task ${task.id}` : `instance ${target.id}`}) ` +
    `(port ${target.port}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${reason ?? 'Health checks failed'})`,
  unhealthyContainers: ({ name }: Service, task: Task) =>
    `(service ${name}) (task ${task.id}) failed container health checks.`,
}

/** The reasons in a deployment's `rolloutStateReason`. */
export const rollout = {
  inProgress: (id: string) => `ECS deployment ${id} in progress.`,
  completed: (id: string) => `ECS deployment ${id} completed.`,
  breaker: 'ECS deployment circuit breaker: tasks failed to start.',
  breakerRollback: (to: string) => `ECS deployment circuit breaker: rolling back to deploymentId ${to}.`,
  alarm: 'ECS deployment alarm: alarm detected.',
  alarmRollback: (to: string) => `ECS deployment alarm: rolling back to deploymentId ${to}.`,
  hook: 'ECS deployment lifecycle hook failed.',
  hookRollback: (to: string) => `ECS deployment lifecycle hook: rolling back to deploymentId ${to}.`,
  stopped: 'ECS deployment stopped by a user.',
  stoppedRollback: (to: string) => `ECS deployment stopped by a user: rolling back to deploymentId ${to}.`,
}

/** The reasons in a service deployment's `statusReason` and `rollback.reason`. */
export const verdict = {
  superseded: 'Replaced by a new service deployment.',
  breakerRollback: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
  breakerStop: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
  alarmRollback: (names: readonly string[]) =>
    `Service deployment rolled back because of alarm(s) in ALARM state: ${names.join(', ')}.`,
  alarmStop: (names: readonly string[]) =>
    `Service deployment stopped because of alarm(s) in ALARM state: ${names.join(', ')}.`,
  hookRollback: 'Service deployment rolled back because of a lifecycle hook that was answered with ROLLBACK.',
  hookTimedOut: 'Service deployment rolled back because a lifecycle hook timed out.',
  userRollback: 'Service deployment rolled back because of a user request.',
  userStop: 'Service deployment stopped because of a user request.',
  noCandidate: 'No rollback candidate was found to run the rollback.',
  serviceDeleted: 'Service deployment stopped because the service was deleted.',
}

/** The reasons in a task's `stoppedReason`. */
export const stopped = {
  scaling: ({ id }: Deployment) => `Scaling activity initiated by (deployment ${id})`,
  essential: 'Essential container in task exited',
  user: 'Task stopped by user',
  containerHealth: 'Task failed container health checks',
  targetHealth: (targetGroupArn: string) => `Task failed ELB health checks in (target-group ${targetGroupArn})`,
  serviceDeleted: (name: string) => `Scaling activity initiated by (service ${nameOf(name)})`,
}

/** Errors of services. Those for CODE_DEPLOY have AWS's text. For the others AWS documents the reason only. */
export const refusals = {
  otherController: (what: string, controller: 'CODE_DEPLOY' | 'EXTERNAL') =>
    `${what.startsWith('force') ? 'Cannot' : 'Unable to'} ${what} on services with ${
      controller === 'CODE_DEPLOY'
        ? 'a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.'
        : 'an EXTERNAL deployment controller. Use CreateTaskSet to start a new deployment.'
    }`,
  strategyOfOther: (strategy: string, controller: string) =>
    `The deployment strategy ${strategy} is only valid with the ECS deployment controller, not with ${controller}.`,
  definitionOfExternal: 'taskDefinition is not valid with an EXTERNAL deployment controller: its task sets have one.',
  noBakeTime: 'bakeTimeInMinutes must be specified with the BLUE_GREEN strategy.',
  noAdvancedConfiguration: (strategy: string) =>
    `advancedConfiguration must be specified for each load balancer with the ${strategy} strategy.`,
  noAlternate: (arn: string) =>
    `The alternateTargetGroupArn '${arn}' is not another target group that exists beside targetGroupArn.`,
  otherTargetType: (arn: string) => `The alternate target group ${arn} has another target type than the primary one.`,
  noRule: (arn: string) => `The listener rule '${arn}' does not exist.`,
  notForwarding: (arn: string, action: string) =>
    `The listener rule '${arn}' has an action of type ${action}, not forward.`,
  noRole: 'roleArn must be specified in advancedConfiguration.',
  notAwaited: (hookId: string) => `The lifecycle hook '${hookId}' does not await an action.`,
  nothingToShift: (strategy: string) => `The ${strategy} strategy needs a load balancer to shift traffic with.`,
}
