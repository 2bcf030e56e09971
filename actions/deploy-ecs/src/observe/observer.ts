import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { tryServices } from '../aws/services.ts'
import { loadBalancersServing } from './blue-green.ts'
import { ownDeployment } from './deployment.ts'
import { ServiceDeploymentFinder } from './find-service-deployment.ts'
import { type Observation, type ObservedService, observedService } from './model.ts'
import { rolloutComplete } from './progress.ts'
import type { Rollout } from './rollout.ts'
import { readTargets } from './target-health.ts'
import { liveTasks } from './task-health.ts'
import { TaskTracker } from './tasks.ts'

/** How many services are read at the same time. */
const AT_ONCE = 4
/** Up to this many services, the tasks of each are read with every look; of more, only when something has changed. */
const FEW = 10
/** With more services, the tasks of each are read after this many looks, also if nothing has changed. */
const IDLE_LOOKS = 10

/** What is kept of a rollout from one look to the next. */
interface Watched {
  readonly rollout: Rollout
  readonly tasks: TaskTracker
  readonly instances: Map<string, string>
  fingerprint?: string
  skipped: number
}

/** The result of a look at one rollout. */
export type Look =
  | { readonly kind: 'seen'; readonly observation: Observation }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Reads many rollouts at once, in as few calls as AWS allows. */
export class Observer {
  readonly #aws: AwsCalls
  readonly #watched: ReadonlyMap<string, Watched>
  readonly #serviceDeployments: ServiceDeploymentFinder
  readonly #withTasks: boolean

  /** @param withTasks whether to read tasks and targets too. @param notice logs what the role may not read. */
  constructor(aws: AwsCalls, rollouts: readonly Rollout[], withTasks: boolean, notice: (message: string) => void) {
    this.#aws = aws
    this.#serviceDeployments = new ServiceDeploymentFinder(aws, notice)
    this.#withTasks = withTasks
    this.#watched = new Map(
      rollouts.map((rollout) => [
        nameOf(rollout.name),
        { rollout, tasks: new TaskTracker(rollout), instances: new Map(), skipped: 0 },
      ]),
    )
  }

  /** The ARN of a rollout's service deployment, once it is known. */
  serviceDeploymentOf(rollout: Rollout): string | undefined {
    return this.#serviceDeployments.arnOf(rollout)
  }

  /** One look at each of these rollouts, by `cluster/service`. An error of one does not affect the others. */
  async look(rollouts: readonly Rollout[]): Promise<ReadonlyMap<string, Look>> {
    const watched = rollouts.flatMap(({ name }) => this.#watched.get(nameOf(name)) ?? [])
    const services = await tryServices(
      this.#aws,
      rollouts.map(({ name }) => name),
    )
    const deployments = await this.#serviceDeployments.read(
      rollouts.filter(({ name }) => !services.failed.has(nameOf(name))),
    )
    const looks = await inParallel(watched, AT_ONCE, async (one): Promise<[string, Look]> => {
      const key = nameOf(one.rollout.name)
      const error = services.failed.get(key) ?? deployments.failed.get(key)
      if (error !== undefined) return [key, { kind: 'failed', error }]
      const service = services.found.get(key)
      const serviceDeployment = deployments.seen.get(key)
      const observation: Observation = {
        at: this.#aws.clock.now(),
        ...(service === undefined ? {} : { service: this.#asServed(observedService(service), one.rollout) }),
        ...(serviceDeployment === undefined ? {} : { serviceDeployment }),
      }
      try {
        return [key, { kind: 'seen', observation: await this.#withTasksOf(one, observation, rollouts.length) }]
      } catch (error) {
        throwIfCancelled(this.#aws.signal)
        return [key, { kind: 'failed', error }]
      }
    })
    return new Map(looks)
  }

  /** The service with the target groups that serve our revision only. */
  #asServed(service: ObservedService, rollout: Rollout): ObservedService {
    const groups = this.#serviceDeployments.groupsOf(rollout)
    return { ...service, loadBalancers: loadBalancersServing(service.loadBalancers, groups) }
  }

  async #withTasksOf(one: Watched, observation: Observation, among: number): Promise<Observation> {
    const { service } = observation
    if (!this.#withTasks || service === undefined) return observation
    const fingerprint = JSON.stringify([service.deployments, service.events[0]?.id])
    const own = ownDeployment(one.rollout, service)
    const complete = own !== undefined && rolloutComplete(own, observation)
    const due = among <= FEW || complete || fingerprint !== one.fingerprint || one.skipped >= IDLE_LOOKS
    one.fingerprint = fingerprint
    one.skipped = due ? 0 : one.skipped + 1
    if (!due) return observation
    const tasks = await one.tasks.read(this.#aws)
    const live = liveTasks(tasks)
    if (service.loadBalancers.length === 0 || live.length === 0) return { ...observation, tasks }
    const balanced = { cluster: one.rollout.name.cluster, loadBalancers: service.loadBalancers }
    const targets = await readTargets(this.#aws, balanced, live, one.instances)
    return { ...observation, tasks, targets }
  }
}
