import type { AwsCalls } from '../aws/aws-calls.ts'
import type { ServiceName } from '../aws/service-name.ts'
import { describeTasks, listTasks } from '../aws/tasks.ts'
import { type ObservedTask, observedTask } from './model.ts'

/** The deployment whose tasks are tracked. */
export interface TaskOwner {
  readonly name: ServiceName
  readonly deploymentId: string
  readonly taskDefinition: string
  /** False where this run did not start the deployment. */
  readonly isNew: boolean
  /** Whether running tasks of our revision that another deployment started are ours too. ECS keeps them in a rollback. */
  readonly adopts: boolean
}

/**
 * Tracks the tasks of one deployment. Describes only tasks that can still change: a task of another deployment stays that, a
 * stopped task stays stopped, and the lists show whether a running task still runs.
 */
export class TaskTracker {
  readonly #owner: TaskOwner
  readonly #followed = new Map<string, ObservedTask>()
  #foreign = new Set<string>()
  #hasLooked = false

  constructor(owner: TaskOwner) {
    this.#owner = owner
  }

  /** Reads the tasks of our deployment, with those that have stopped since it started. */
  async read(aws: AwsCalls): Promise<readonly ObservedTask[]> {
    const { name } = this.#owner
    const [running, stopped] = await Promise.all([listTasks(aws, name, 'RUNNING'), listTasks(aws, name, 'STOPPED')])
    const meantToRun = new Set(running)
    const listed = [...running, ...stopped]
    const asked = [
      ...running.filter((arn) => !this.#foreign.has(arn) && !isSettled(this.#followed.get(arn))),
      ...stopped.filter((arn) => !this.#foreign.has(arn) && this.#followed.get(arn)?.lastStatus !== 'STOPPED'),
    ]
    // Forgets tasks that ECS no longer lists, so that this does not grow with the age of a service.
    const foreign = new Set(listed.filter((arn) => this.#foreign.has(arn)))
    for (const task of (await describeTasks(aws, name.cluster, asked)).map(observedTask)) {
      if (this.#isOurs(task, meantToRun)) this.#followed.set(task.arn, task)
      else foreign.add(task.arn)
    }
    this.#foreign = foreign
    this.#hasLooked = true
    const present = new Set(listed)
    return [...this.#followed.values()].filter(({ arn, lastStatus }) => lastStatus === 'STOPPED' || present.has(arn))
  }

  #isOurs({ arn, startedBy, taskDefinition }: ObservedTask, meantToRun: ReadonlySet<string>): boolean {
    if (this.#followed.has(arn)) return true
    const { deploymentId, isNew, adopts } = this.#owner
    // Of a deployment that was there before, tasks that had stopped before the first look say nothing about this run.
    if (startedBy === deploymentId) return isNew || this.#hasLooked || meantToRun.has(arn)
    return adopts && taskDefinition === this.#owner.taskDefinition && meantToRun.has(arn)
  }
}

/** Whether a running task needs no more descriptions: digests are known, and there is no container health, which no list shows. */
const isSettled = (task: ObservedTask | undefined): boolean =>
  task?.lastStatus === 'RUNNING' &&
  (task.healthStatus === undefined || task.healthStatus === 'UNKNOWN') &&
  task.containers.every(({ imageDigest }) => imageDigest !== undefined)
