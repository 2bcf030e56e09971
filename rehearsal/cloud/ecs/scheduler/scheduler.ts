import { type Ecs, nowOf } from '../context.ts'
import { addServiceEvent, recordDeployment } from '../journal.ts'
import { events, stopped } from '../messages.ts'
import type { Deployment, Service, Task } from '../model.ts'
import { Tasks, type TaskWatcher } from '../task/tasks.ts'
import { restartPause } from '../timing.ts'
import { wantedOf } from './blue-green/desired-tasks.ts'
import { expireHooks } from './blue-green/hooks.ts'
import { isFailure } from './circuit-breaker.ts'
import { concludeRollout } from './completion.ts'
import { checkForFailure } from './early-end.ts'
import { type Counted, plan } from './plan.ts'
import { startTasks } from './start-tasks.ts'
import { desiredCountOf, primaryOf } from './task-counts.ts'

/**
 * The service scheduler. An event of a service starts a pass over that service alone:
 * one pass for all events until then.
 */
export class Scheduler implements TaskWatcher {
  readonly tasks: Tasks
  readonly #ecs: Ecs
  readonly #unsubscribe: () => void
  /** Deployments in progress that name alarms. */
  readonly #watched = new Set<Service>()

  constructor(ecs: Ecs) {
    this.#ecs = ecs
    this.tasks = new Tasks(ecs, this)
    this.#unsubscribe = ecs.alarms.onChange(() => {
      for (const service of this.#watched) this.touch(service)
    })
  }

  close(): void {
    this.#unsubscribe()
    this.tasks.close()
  }

  /** Schedules a pass over a service. */
  touch(service: Service): void {
    service.scheduling.pass ??= this.#ecs.clock.after(this.#ecs.timing.schedulerPass, () => {
      service.scheduling.pass = undefined
      this.#runPass(service)
    })
  }

  running(task: Task): void {
    const { deployment } = task
    if (deployment === undefined) return
    deployment.service.scheduling.startFailures = 0
    deployment.service.scheduling.notBefore = 0
    if (!deployment.hasRun) {
      deployment.hasRun = true
      this.#resetFailures(deployment)
    }
    this.touch(deployment.service)
  }

  healthChanged(task: Task): void {
    const { deployment } = task
    if (deployment === undefined) return
    const breaker = deployment.service.deploymentConfiguration.deploymentCircuitBreaker
    if (task.healthy && breaker?.resetOnHealthyTask !== false) this.#resetFailures(deployment)
    this.touch(deployment.service)
  }

  ending(task: Task): void {
    const { deployment } = task
    if (deployment === undefined) return
    const { service } = deployment
    const ran = task.startedAt !== undefined
    const failedChecks = task.stopCode === 'ServiceSchedulerInitiated' && task.unhealthy !== undefined
    const wanted = task.stopCode === 'ServiceSchedulerInitiated' || task.stopCode === 'UserInitiated'
    if (isFailure({ ran, failedChecks, wanted }, deployment.hasRun)) this.countFailure(deployment)
    if (!ran && !wanted) {
      this.pause(service)
      if (service.scheduling.startFailures === 3)
        addServiceEvent(this.#ecs, service, events.cannotStartConsistently(service))
    }
    service.scheduling.steady = false
    this.touch(service)
  }

  drained(task: Task): void {
    if (task.deployment !== undefined) this.touch(task.deployment.service)
  }

  stopped(task: Task): void {
    const { deployment } = task
    if (deployment === undefined) return
    // Another task of the service may wait for this capacity.
    if (task.instance !== undefined && deployment.service.scheduling.reportedProblem !== undefined) {
      deployment.service.scheduling.notBefore = 0
    }
    this.touch(deployment.service)
  }

  /** Counts a failure against a deployment. */
  countFailure(deployment: Deployment): void {
    deployment.failedTasks += 1
    deployment.updatedAt = nowOf(this.#ecs)
    deployment.record.breaker.failureCount = deployment.failedTasks
    recordDeployment(this.#ecs, deployment)
  }

  /** Delays the next attempt, longer after each failed one. */
  pause(service: Service, atLeast = 0): void {
    const { scheduling } = service
    const { clock } = this.#ecs
    scheduling.startFailures += 1
    const pause = Math.max(atLeast, restartPause(scheduling.startFailures))
    if (pause === 0) return
    scheduling.notBefore = clock.now() + pause
    scheduling.retry?.cancel()
    scheduling.retry = clock.after(pause, () => this.touch(service))
  }

  #resetFailures(deployment: Deployment): void {
    if (deployment.failedTasks === 0) return
    deployment.failedTasks = 0
    deployment.record.breaker.failureCount = 0
    recordDeployment(this.#ecs, deployment)
  }

  #runPass(service: Service): void {
    reportTargets(this.#ecs, service)
    reportUnhealthyTargets(this.#ecs, service)
    if (service.status === 'INACTIVE') return
    if (service.status === 'DRAINING') this.#drain(service)
    else this.#advance(service)
  }

  #advance(service: Service): void {
    const { record: current } = primaryOf(service) ?? {}
    if (current !== undefined) expireHooks(this.#ecs, current)
    checkForFailure(this.#ecs, service)
    this.#scale(service)
    concludeRollout(this.#ecs, service, (ms) => void this.#ecs.clock.after(ms, () => this.touch(service)))
    const { record } = primaryOf(service) ?? {}
    if (record?.alarms.status === 'MONITORING') this.#watched.add(service)
    else this.#watched.delete(service)
  }

  /** Starts and stops tasks by the plan. */
  #scale(service: Service): void {
    const primary = primaryOf(service)
    if (primary === undefined) return
    if (primary.record.lifecycle !== undefined) {
      for (const deployment of service.deployments) this.#keep(deployment)
      return
    }
    const { minimumHealthyPercent = 100, maximumPercent = 200 } = service.deploymentConfiguration
    const due = plan({
      desiredCount: desiredCountOf(service),
      minimumHealthyPercent,
      maximumPercent,
      primary: countedOf(primary),
      previous: service.deployments.filter((other) => other !== primary).flatMap(countedOf),
      proceeds: !primary.halted,
    })
    this.#stopTasks(service, due.stop)
    if (due.start > 0) startTasks(this.#ecs, this, primary, due.start, due.replaced)
    if (due.stuck && service.scheduling.reportedProblem !== 'stuck') {
      service.scheduling.reportedProblem = 'stuck'
      addServiceEvent(this.#ecs, service, events.stuck(service))
    }
  }

  /** Keeps a deployment at its desired tasks, independently of others, as blue and green are. */
  #keep(deployment: Deployment): void {
    const { service, halted } = deployment
    const desiredCount = wantedOf(deployment)
    if (desiredCount === undefined) return
    const tasks = { primary: countedOf(deployment), previous: [] }
    const due = plan({ desiredCount, minimumHealthyPercent: 100, maximumPercent: 200, ...tasks, proceeds: !halted })
    this.#stopTasks(service, due.stop)
    if (due.start > 0) startTasks(this.#ecs, this, deployment, due.start, due.replaced)
  }

  #stopTasks(service: Service, counted: readonly CountedTask[]): void {
    if (counted.length === 0) return
    const tasks = counted.map(({ task }) => task)
    for (const task of tasks) {
      const reason = task.unhealthy ?? stopped.scaling(task.deployment ?? (primaryOf(service) as Deployment))
      this.tasks.stop(task, 'ServiceSchedulerInitiated', reason)
    }
    addServiceEvent(this.#ecs, service, events.stopped(service, tasks))
  }

  #drain(service: Service): void {
    const left = service.deployments.flatMap(countedOf)
    this.#stopTasks(service, left)
    if (service.deployments.some(({ tasks }) => tasks.size > 0)) return
    service.status = 'INACTIVE'
    service.deployments = []
    this.#watched.delete(service)
    const { services } = service.cluster
    this.#ecs.clock.after(this.#ecs.timing.inactiveServiceLife, () => {
      if (services.get(service.name) === service) services.delete(service.name)
    })
  }
}

interface CountedTask extends Counted {
  readonly task: Task
}

/** The tasks of a deployment whose desiredStatus is RUNNING, as the plan counts them. */
function countedOf({ tasks }: Deployment): readonly CountedTask[] {
  const counted: CountedTask[] = []
  for (const task of tasks) {
    if (task.desiredStatus === 'STOPPED') continue
    counted.push({
      task,
      healthy: task.healthy,
      everHealthy: task.everHealthy,
      unhealthy: task.unhealthy !== undefined,
    })
  }
  return counted
}

function reportTargets(ecs: Ecs, service: Service): void {
  const { registered, deregistered, draining } = service.scheduling
  for (const [arn, count] of registered) addServiceEvent(ecs, service, events.registered(service, count, arn))
  for (const [arn, count] of deregistered) addServiceEvent(ecs, service, events.deregistered(service, count, arn))
  for (const [deploymentId, count] of draining)
    addServiceEvent(ecs, service, events.draining(service, deploymentId, count))
  for (const counts of [registered, deregistered, draining]) counts.clear()
}

function reportUnhealthyTargets(ecs: Ecs, service: Service): void {
  for (const { tasks } of service.deployments) {
    for (const task of tasks) {
      if (task.unhealthy === undefined || task.desiredStatus === 'STOPPED') continue
      for (const registration of task.registrations) {
        if (registration.health !== 'unhealthy' || registration.reported) continue
        registration.reported = true
        addServiceEvent(ecs, service, events.unhealthyTarget(service, task, registration))
      }
    }
  }
}
