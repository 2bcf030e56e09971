import type { TaskStopCode } from '@aws-sdk/client-ecs'
import type { TaskEvents, TaskRequest } from '../../runtimes/runtime.ts'
import { type Ecs, nowOf } from '../context.ts'
import { recordTask } from '../journal.ts'
import { stopped } from '../messages.ts'
import type { ContainerState, Task, TaskStatus } from '../model.ts'
import { graceEnd, healthOf } from './health.ts'
import { release, reserve } from './placement.ts'
import { TaskTargets } from './targets.ts'

/** Observer of tasks: the scheduler. */
export interface TaskWatcher {
  /** It is RUNNING. */
  running(task: Task): void
  /** Its health, as the scheduler counts it, has changed. */
  healthChanged(task: Task): void
  /** It is stopping. */
  ending(task: Task): void
  /** It takes no more traffic: its targets have drained. */
  drained(task: Task): void
  stopped(task: Task): void
}

/** Runs every task from PROVISIONING to STOPPED. */
export class Tasks {
  readonly #ecs: Ecs
  readonly #watcher: TaskWatcher
  readonly #targets: TaskTargets
  /** Tasks that stopped, oldest first, until they are forgotten; one timer for all. */
  readonly #past: Task[] = []
  #forgetting = false

  constructor(ecs: Ecs, watcher: TaskWatcher) {
    this.#ecs = ecs
    this.#watcher = watcher
    this.#targets = new TaskTargets(ecs, (task) => this.#targetChanged(task))
  }

  close(): void {
    this.#targets.close()
  }

  launch(task: Task): void {
    remember(task)
    task.deployment?.tasks.add(task)
    reserve(task)
    recordTask(this.#ecs, task)
    task.handle = this.#ecs.runtime.run(requestOf(task), this.#eventsOf(task))
  }

  /** Stops a task that is not stopping yet. */
  stop(task: Task, stopCode: TaskStopCode, reason: string): void {
    if (!this.#condemn(task, stopCode, reason)) return
    if (task.lastStatus === 'RUNNING' || task.lastStatus === 'ACTIVATING') {
      this.#move(task, 'DEACTIVATING')
      this.#targets.deregister(task)
      this.#stopOnceDrained(task)
    } else {
      this.#kill(task)
    }
    this.#watcher.ending(task)
  }

  #eventsOf(task: Task): TaskEvents {
    const containers = new Map(task.containers.map((container) => [container.definition.name ?? '', container]))
    const of = (name: string) => containers.get(name)
    return {
      attached: ({ privateIp }) => {
        task.privateIp = privateIp
        if (task.lastStatus === 'PROVISIONING') this.#move(task, 'PENDING')
      },
      pullStarted: () => {
        task.pullStartedAt = nowOf(this.#ecs)
      },
      pullStopped: () => {
        task.pullStoppedAt = nowOf(this.#ecs)
      },
      started: (name, facts) => {
        const container = of(name)
        if (container === undefined) return
        Object.assign(container, facts, { lastStatus: 'RUNNING' })
        const digests = task.deployment?.revision.imageDigests
        if (facts.imageDigest !== undefined && !digests?.has(name)) digests?.set(name, facts.imageDigest)
        this.#activateOnceStarted(task)
      },
      health: (name, status) => {
        const container = of(name)
        if (container !== undefined) container.healthStatus = status
        this.#assess(task)
      },
      exited: (name, exit) => this.#exited(task, of(name), exit),
      failed: (reason, name, detail) => this.#failed(task, reason, of(name ?? ''), detail),
      ended: () => this.#ended(task),
    }
  }

  #activateOnceStarted(task: Task): void {
    const waiting = task.containers.some(({ lastStatus }) => lastStatus === 'PENDING')
    if (waiting || task.desiredStatus === 'STOPPED' || task.lastStatus !== 'PENDING') return
    this.#move(task, 'ACTIVATING')
    this.#targets.register(task)
    const { activating } = this.#ecs.timing
    if (activating > 0) task.timer = this.#ecs.clock.after(activating, () => this.#run(task))
    else this.#run(task)
  }

  #run(task: Task): void {
    if (task.lastStatus !== 'ACTIVATING') return
    task.timer = undefined
    task.startedAt = nowOf(this.#ecs)
    this.#move(task, 'RUNNING')
    this.#watcher.running(task)
    if (task.registrations.length === 0 && !hasHealthChecks(task)) {
      task.timer = this.#ecs.clock.after(this.#ecs.timing.settle, () => {
        task.settled = true
        this.#assess(task)
      })
    } else {
      this.#assess(task)
    }
  }

  #targetChanged(task: Task): void {
    if (task.lastStatus === 'DEACTIVATING') this.#stopOnceDrained(task)
    else this.#assess(task)
  }

  /** Reports a change of the task's health, as the scheduler counts it. */
  #assess(task: Task): void {
    if (task.lastStatus !== 'RUNNING' || task.desiredStatus === 'STOPPED') return
    const service = task.deployment?.service
    const graceLeft = service === undefined ? 0 : graceEnd(task, service) - this.#ecs.clock.now()
    const { healthy, unhealthy } = healthOf(task, graceLeft > 0)
    if (graceLeft > 0 && !healthy && task.timer === undefined) {
      task.timer = this.#ecs.clock.after(graceLeft, () => {
        task.timer = undefined
        this.#assess(task)
      })
    }
    if (healthy === task.healthy && unhealthy === task.unhealthy) return
    task.healthy = healthy
    task.everHealthy ||= healthy
    task.unhealthy = unhealthy
    recordTask(this.#ecs, task)
    this.#watcher.healthChanged(task)
  }

  #exited(task: Task, container: ContainerState | undefined, exit: { exitCode?: number; reason?: string }): void {
    if (container === undefined) return
    Object.assign(container, exit, { lastStatus: 'STOPPED' })
    if (container.definition.essential === false) {
      this.#activateOnceStarted(task)
      return
    }
    task.executionStoppedAt ??= nowOf(this.#ecs)
    if (!this.#condemn(task, 'EssentialContainerExited', stopped.essential)) return
    const tookTraffic = task.lastStatus === 'RUNNING' || task.lastStatus === 'ACTIVATING'
    if (tookTraffic) {
      this.#move(task, 'DEACTIVATING')
      this.#targets.deregister(task)
    }
    this.#watcher.ending(task)
    this.#kill(task)
  }

  #failed(task: Task, reason: string, container: ContainerState | undefined, detail = reason): void {
    if (container !== undefined) container.reason = detail
    if (!this.#condemn(task, 'TaskFailedToStart', reason)) return
    this.#watcher.ending(task)
    this.#kill(task)
  }

  /** Marks a task as stopping; false if it was already. */
  #condemn(task: Task, stopCode: TaskStopCode, reason: string): boolean {
    if (task.desiredStatus === 'STOPPED') return false
    task.desiredStatus = 'STOPPED'
    task.stopCode = stopCode
    task.stoppedReason = reason
    task.stoppingAt = nowOf(this.#ecs)
    task.timer?.cancel()
    return true
  }

  #stopOnceDrained(task: Task): void {
    if (task.registrations.some(({ health }) => health !== 'gone')) return
    this.#kill(task)
  }

  #kill(task: Task): void {
    if (task.lastStatus === 'STOPPING') return
    this.#move(task, 'STOPPING')
    this.#watcher.drained(task)
    if (task.ended) this.#ended(task)
    else task.handle?.stop()
  }

  #ended(task: Task): void {
    task.ended = true
    // Also called for a task whose last container ended by itself. Its targets drain first.
    if (task.lastStatus !== 'STOPPING') return
    for (const container of task.containers) container.lastStatus = 'STOPPED'
    task.executionStoppedAt ??= nowOf(this.#ecs)
    this.#move(task, 'DEPROVISIONING')
    this.#ecs.clock.after(this.#ecs.timing.deprovisioning, () => this.#stopped(task))
  }

  #stopped(task: Task): void {
    task.stoppedAt = nowOf(this.#ecs)
    task.handle = undefined
    this.#targets.forget(task)
    release(task)
    task.deployment?.tasks.delete(task)
    this.#move(task, 'STOPPED')
    this.#watcher.stopped(task)
    this.#past.push(task)
    this.#forgetInTime()
  }

  /** The list is in the order in which tasks stopped, so its first task is the next to be forgotten. */
  #forgetInTime(): void {
    const [oldest] = this.#past
    if (this.#forgetting || oldest?.stoppedAt === undefined) return
    this.#forgetting = true
    const life = this.#ecs.timing.stoppedTaskLife
    this.#ecs.clock.after(oldest.stoppedAt.getTime() + life - this.#ecs.clock.now(), () => {
      this.#forgetting = false
      const before = this.#ecs.clock.now() - life
      const kept = this.#past.findIndex(({ stoppedAt }) => (stoppedAt?.getTime() ?? 0) > before)
      for (const task of this.#past.splice(0, kept === -1 ? this.#past.length : kept)) {
        this.#ecs.regions.get(task.cluster.scope).tags.delete(task.arn)
        forget(task)
      }
      this.#forgetInTime()
    })
  }

  #move(task: Task, status: TaskStatus): void {
    task.lastStatus = status
    task.version += 1
    if (status !== 'RUNNING') task.healthy = false
    recordTask(this.#ecs, task)
  }
}

function remember(task: Task): void {
  const { tasks, groups } = task.cluster
  tasks.set(task.id, task)
  const group = groups.get(task.group)
  if (group === undefined) groups.set(task.group, new Set([task]))
  else group.add(task)
}

function forget(task: Task): void {
  const { tasks, groups } = task.cluster
  tasks.delete(task.id)
  const group = groups.get(task.group)
  group?.delete(task)
  if (group?.size === 0) groups.delete(task.group)
}

const hasHealthChecks = ({ containers }: Task) =>
  containers.some(({ definition }) => definition.essential !== false && definition.healthCheck !== undefined)

function requestOf(task: Task): TaskRequest {
  const { definition, deployment, cluster, containers } = task
  return {
    scope: cluster.scope,
    taskArn: task.arn,
    taskId: task.id,
    cluster: cluster.name,
    service: deployment?.service.name,
    deploymentId: deployment?.id,
    family: definition.family,
    revision: definition.revision,
    launchType: task.launchType,
    definition: definition.body,
    containers: containers.map((container) => container.definition),
    instance: task.instance?.facts,
    containerArns: Object.fromEntries(containers.map(({ definition: { name = '' }, arn }) => [name, arn])),
  }
}
