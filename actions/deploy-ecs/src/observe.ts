import type { ServiceDeploymentBrief } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../toolkit/aws.ts'
import { throwIfCancelled } from '../../../toolkit/clock.ts'
import { type AwsCalls, each } from './aws-calls.ts'
import {
  describeServiceDeployments,
  describeServiceRevisions,
  describeServices,
  listServiceDeployments,
} from './ecs.ts'
import { liveTasks } from './health.ts'
import { ownDeployment } from './ours.ts'
import { rolloutComplete } from './progress.ts'
import type { Rollout } from './rollout.ts'
import { type Observation, type ServiceDeploymentSeen, seenService, seenServiceDeployment } from './seen.ts'
import { nameOf } from './service-name.ts'
import { readTargets } from './target-health.ts'
import { TaskBook } from './task-book.ts'

/** The server's clock and the order in which it writes things down leave a gap of less than this. */
const MARGIN_MS = 60_000
/** A deployment and its service deployment are made within this. */
const TOGETHER_MS = 5_000
/** How many services are looked at at once. */
const AT_ONCE = 4
/** With so few services the tasks of each are looked at every time; with more, when there is a reason to. */
const FEW = 10
/** A look at the tasks of a service without any other reason, when there are many. */
const IDLE_LOOKS = 10

/** What is kept from one look at a rollout to the next. */
interface Watched {
  readonly rollout: Rollout
  readonly tasks: TaskBook
  readonly instances: Map<string, string>
  serviceDeploymentArn?: string | undefined
  fingerprint?: string
  skipped: number
}

/** What a look at one rollout gave, or why it gave nothing. */
export type Look = { readonly observation: Observation } | { readonly error: unknown }

/** Looks at many rollouts at once, in as few calls as AWS allows. */
export class Observer {
  readonly #aws: AwsCalls
  readonly #watched: ReadonlyMap<string, Watched>
  readonly #notice: (message: string) => void
  readonly #withTasks: boolean

  /** @param withTasks whether tasks and targets matter, or the service alone. */
  constructor(aws: AwsCalls, rollouts: readonly Rollout[], withTasks: boolean, notice: (message: string) => void) {
    this.#aws = aws
    this.#notice = notice
    this.#withTasks = withTasks
    this.#watched = new Map(
      rollouts.map((rollout) => [
        nameOf(rollout.name),
        { rollout, tasks: new TaskBook(rollout), instances: new Map(), skipped: 0 },
      ]),
    )
  }

  /** The ARN of a rollout's service deployment, once it is known. */
  serviceDeploymentOf(rollout: Rollout): string | undefined {
    return this.#watched.get(nameOf(rollout.name))?.serviceDeploymentArn
  }

  /** Looks for the service deployment of a rollout; `undefined` where it cannot be found, or may not be read. */
  async findServiceDeployment(rollout: Rollout): Promise<string | undefined> {
    const one = this.#watched.get(nameOf(rollout.name))
    if (one !== undefined) await this.#serviceDeployments([one])
    return one?.serviceDeploymentArn
  }

  /** One look at each of these rollouts, by `cluster/service`. What cannot be read of one says nothing of the others. */
  async look(rollouts: readonly Rollout[]): Promise<ReadonlyMap<string, Look>> {
    const watched = rollouts.flatMap(({ name }) => this.#watched.get(nameOf(name)) ?? [])
    const services = await describeServices(
      this.#aws,
      rollouts.map(({ name }) => name),
    )
    const deployments = await this.#serviceDeployments(watched)
    const observations = await each(watched, AT_ONCE, async (one) => {
      const key = nameOf(one.rollout.name)
      const service = services.get(key)
      const serviceDeployment = deployments.get(one.serviceDeploymentArn ?? '')
      const observation: Observation = {
        at: this.#aws.clock.now(),
        ...(service === undefined ? {} : { service: seenService(service) }),
        ...(serviceDeployment === undefined ? {} : { serviceDeployment }),
      }
      try {
        return [key, { observation: await this.#withTasksOf(one, observation, rollouts.length) }] as const
      } catch (error) {
        throwIfCancelled(this.#aws.signal)
        return [key, { error }] as const
      }
    })
    return new Map<string, Look>(observations)
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
    const { cluster } = one.rollout.name
    const targets = await readTargets(this.#aws, cluster, service.loadBalancers, live, one.instances)
    return { ...observation, tasks, targets }
  }

  /** Our service deployments by ARN; none where the role may not read them: the list of deployments tells as much. */
  async #serviceDeployments(watched: readonly Watched[]): Promise<ReadonlyMap<string, ServiceDeploymentSeen>> {
    if (this.#aws.refused.has('service deployments')) return new Map()
    try {
      await this.#find(watched.filter(({ serviceDeploymentArn }) => serviceDeploymentArn === undefined))
      const arns = watched.flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? [])
      const found = await describeServiceDeployments(this.#aws, arns)
      return new Map(found.map(seenServiceDeployment).map((deployment) => [deployment.arn, deployment]))
    } catch (error) {
      const failure = classifyAwsError(error)
      if (failure !== 'denied' && failure !== 'refused') throw error
      this.#aws.refused.add('service deployments')
      this.#notice(
        `The service deployment cannot be read, so the deployment is followed by its id alone. ${error instanceof Error ? error.message : error}`,
      )
      return new Map()
    }
  }

  /** UpdateService does not say which service deployment it made: it is the one made with ours, for our revision. */
  async #find(watched: readonly Watched[]): Promise<void> {
    const found = await each(watched, AT_ONCE, async (one) => ({
      one,
      candidates: await this.#candidates(one.rollout),
    }))
    const arns = found.flatMap(({ candidates }) =>
      candidates.map(({ targetServiceRevisionArn }) => targetServiceRevisionArn ?? ''),
    )
    const revisions = await describeServiceRevisions(this.#aws, arns)
    const runs = new Map(
      revisions.map(({ serviceRevisionArn, taskDefinition }) => [serviceRevisionArn, taskDefinition]),
    )
    for (const { one, candidates } of found) {
      one.serviceDeploymentArn = candidates.find(
        ({ targetServiceRevisionArn }) => runs.get(targetServiceRevisionArn) === one.rollout.taskDefinition,
      )?.serviceDeploymentArn
    }
  }

  /** The service deployments that ours can be, the nearest in time first. */
  async #candidates({ name, createdAt }: Rollout): Promise<readonly ServiceDeploymentBrief[]> {
    const listed = await listServiceDeployments(this.#aws, name, { createdAfter: new Date(createdAt - MARGIN_MS) })
    return (
      listed
        .filter((listed) => listed.targetServiceRevisionArn !== undefined)
        // One from before ours can be for the same revision; while lists lag, it would be taken for ours.
        .filter((listed) => (listed.createdAt?.getTime() ?? 0) >= createdAt - TOGETHER_MS)
        .toSorted((a, b) => distance(a.createdAt, createdAt) - distance(b.createdAt, createdAt))
    )
  }
}

const distance = (date: Date | undefined, to: number): number => Math.abs((date?.getTime() ?? 0) - to)
