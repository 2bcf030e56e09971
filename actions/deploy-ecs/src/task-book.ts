import type { AwsCalls } from './aws-calls.ts'
import { describeTasks, listTasks } from './ecs.ts'
import { seenTask, type TaskSeen } from './seen.ts'
import type { ServiceName } from './service-name.ts'

/**
 * Knows the tasks of one deployment, and asks only about those of which something can still change: another deployment's
 * task stays another's, a stopped task stays stopped, and a running one is told by the list that it is in.
 */
export class TaskBook {
  readonly #name: ServiceName
  readonly #deploymentId: string
  readonly #ours = new Map<string, TaskSeen>()
  #foreign = new Set<string>()

  constructor(name: ServiceName, deploymentId: string) {
    this.#name = name
    this.#deploymentId = deploymentId
  }

  /** The tasks of our deployment, as they are now. */
  async read(aws: AwsCalls): Promise<readonly TaskSeen[]> {
    const [running, stopped] = await Promise.all([
      listTasks(aws, this.#name, 'RUNNING'),
      listTasks(aws, this.#name, 'STOPPED'),
    ])
    const listed = [...running, ...stopped]
    const asked = [
      ...running.filter((arn) => !this.#foreign.has(arn) && !isSettled(this.#ours.get(arn))),
      ...stopped.filter((arn) => !this.#foreign.has(arn) && this.#ours.get(arn)?.lastStatus !== 'STOPPED'),
    ]
    const foreign = new Set(listed.filter((arn) => this.#foreign.has(arn)))
    for (const task of (await describeTasks(aws, this.#name.cluster, asked)).map(seenTask)) {
      if (task.startedBy === this.#deploymentId) this.#ours.set(task.arn, task)
      else foreign.add(task.arn)
    }
    // Only what is still listed is kept in mind, so that a service that lives for ever does not grow in here.
    this.#foreign = foreign
    return [...this.#ours.values()]
  }
}

/** Runs, with everything known that can be known of it; its container health is told by no list, so it is asked for. */
const isSettled = (task: TaskSeen | undefined): boolean =>
  task?.lastStatus === 'RUNNING' &&
  (task.healthStatus === undefined || task.healthStatus === 'UNKNOWN') &&
  task.containers.every(({ imageDigest }) => imageDigest !== undefined)
