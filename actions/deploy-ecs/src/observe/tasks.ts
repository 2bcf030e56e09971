import type { AwsCalls } from '../aws/aws-calls.ts'
import type { ServiceName } from '../aws/service-name.ts'
import { describeTasks, listTasks } from '../aws/tasks.ts'
import { type ObservedTask, observedTask } from './model.ts'

/** Whose tasks a book is about. */
export interface TaskOwner {
  readonly name: ServiceName
  readonly deploymentId: string
  readonly taskDefinition: string
  /** False where the deployment was there before we came. */
  readonly isNew: boolean
  /** Whether tasks of our revision that an earlier deployment started count as ours, as ECS has it in a rollback. */
  readonly adopts: boolean
}

/**
 * Knows the tasks of one deployment, and asks only about those of which something can still change: another deployment's
 * task stays another's, a stopped task stays stopped, and a running one is told by the list that it is in.
 */
export class TaskTracker {
  readonly #owner: TaskOwner
  readonly #followed = new Map<string, ObservedTask>()
  #foreign = new Set<string>()
  #hasLooked = false

  constructor(owner: TaskOwner) {
    this.#owner = owner
  }

  /** The tasks of our deployment, as they are now. */
  async read(aws: AwsCalls): Promise<readonly ObservedTask[]> {
    const { name } = this.#owner
    const [running, stopped] = await Promise.all([listTasks(aws, name, 'RUNNING'), listTasks(aws, name, 'STOPPED')])
    const meantToRun = new Set(running)
    const listed = [...running, ...stopped]
    const asked = [
      ...running.filter((arn) => !this.#foreign.has(arn) && !isSettled(this.#followed.get(arn))),
      ...stopped.filter((arn) => !this.#foreign.has(arn) && this.#followed.get(arn)?.lastStatus !== 'STOPPED'),
    ]
    // Only what is still listed is kept in mind, so that a service that lives for ever does not grow in here.
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
    // One that had stopped before we came says nothing about us.
    if (startedBy === deploymentId) return isNew || this.#hasLooked || meantToRun.has(arn)
    return adopts && taskDefinition === this.#owner.taskDefinition && meantToRun.has(arn)
  }
}

/** Runs, with everything known that can be known of it; its container health is told by no list, so it is asked for. */
const isSettled = (task: ObservedTask | undefined): boolean =>
  task?.lastStatus === 'RUNNING' &&
  (task.healthStatus === undefined || task.healthStatus === 'UNKNOWN') &&
  task.containers.every(({ imageDigest }) => imageDigest !== undefined)
