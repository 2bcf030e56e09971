// Which service deployment of ECS is ours, and how it goes. UpdateService does not say which one it made.
import type { ServiceDeploymentBrief } from '@aws-sdk/client-ecs'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { describeError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { askInBatches, batches } from '../aws/ask-in-batches.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import {
  describeServiceDeployments,
  describeServiceRevisions,
  listServiceDeployments,
} from '../aws/service-deployments.ts'
import { nameOf } from '../aws/service-name.ts'
import { groupsServing } from './blue-green.ts'
import { type ObservedServiceDeployment, observedServiceDeployment } from './model.ts'
import type { Rollout } from './rollout.ts'

/** The server's clock and the order in which it writes things down leave a gap of less than this. */
const MARGIN_MS = 60_000
/** A deployment and its service deployment are made within this. */
const TOGETHER_MS = 5_000
/** How many services are asked about at once. */
const AT_ONCE = 4
const BATCH = 20

/** What was read for some rollouts, by `cluster/service`. One that is in neither has none that could be read. */
export interface ServiceDeploymentsRead {
  readonly seen: ReadonlyMap<string, ObservedServiceDeployment>
  readonly failed: ReadonlyMap<string, unknown>
}

/** Finds the service deployments of rollouts, and reads them. A service whose own may not be read goes without. */
export class ServiceDeploymentFinder {
  readonly #aws: AwsCalls
  readonly #notice: (message: string) => void
  readonly #arns = new Map<string, string>()
  readonly #groups = new Map<string, ReadonlySet<string>>()

  constructor(aws: AwsCalls, notice: (message: string) => void) {
    this.#aws = aws
    this.#notice = notice
  }

  /** The ARN of a rollout's service deployment, once it is known. */
  arnOf({ name }: Rollout): string | undefined {
    return this.#arns.get(nameOf(name))
  }

  /** The target groups that serve a rollout's revision, where ECS says so. */
  groupsOf({ name }: Rollout): ReadonlySet<string> | undefined {
    return this.#groups.get(nameOf(name))
  }

  /** One look at each. What cannot be read of one says nothing of the others. */
  async read(rollouts: readonly Rollout[]): Promise<ServiceDeploymentsRead> {
    const failed = new Map<string, unknown>()
    const readable = rollouts.filter(({ name }) => !this.#aws.unreadable.has(nameOf(name)))
    await this.#find(
      readable.filter((rollout) => this.arnOf(rollout) === undefined),
      failed,
    )
    const owners = new Map(
      readable.flatMap((rollout): [string, string][] => {
        const arn = this.arnOf(rollout)
        return arn === undefined ? [] : [[arn, nameOf(rollout.name)]]
      }),
    )
    const answers = await askInBatches(this.#aws, batches([...owners.keys()], BATCH), (arns) =>
      describeServiceDeployments(this.#aws, arns),
    )
    for (const [arn, error] of answers.failed) failed.set(owners.get(arn) ?? '', error)
    this.#giveUp(failed)
    const seen = answers.found.map(observedServiceDeployment).map((one) => [owners.get(one.arn) ?? '', one] as const)
    return { seen: new Map(seen), failed }
  }

  /** It is the one made with ours, for our revision. */
  async #find(rollouts: readonly Rollout[], failed: Map<string, unknown>): Promise<void> {
    const listed = await inParallel(rollouts, AT_ONCE, async (rollout) => {
      try {
        return { rollout, candidates: await this.#candidates(rollout) }
      } catch (error) {
        throwIfCancelled(this.#aws.signal)
        failed.set(nameOf(rollout.name), error)
        return { rollout, candidates: [] }
      }
    })
    const wanted = listed.flatMap(({ candidates }) => candidates.map(revisionOf))
    const answers = await askInBatches(this.#aws, batches(wanted, BATCH), (arns) =>
      describeServiceRevisions(this.#aws, arns),
    )
    const runs = new Map(answers.found.map((revision) => [revision.serviceRevisionArn, revision]))
    for (const { rollout, candidates } of listed) {
      const own = candidates.find(
        (candidate) => runs.get(revisionOf(candidate))?.taskDefinition === rollout.taskDefinition,
      )
      const error = candidates.map((candidate) => answers.failed.get(revisionOf(candidate))).find(Boolean)
      const groups = own && groupsServing(runs.get(revisionOf(own)) ?? {})
      if (groups !== undefined) this.#groups.set(nameOf(rollout.name), groups)
      if (own?.serviceDeploymentArn !== undefined) this.#arns.set(nameOf(rollout.name), own.serviceDeploymentArn)
      else if (error !== undefined) failed.set(nameOf(rollout.name), error)
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

  /** What AWS will not let us read is not asked for again: the list of deployments tells as much. */
  #giveUp(failed: Map<string, unknown>): void {
    const refused = [...failed].filter(([, error]) => isRefusal(error))
    const [first] = refused
    if (first === undefined) return
    for (const [name] of refused) {
      failed.delete(name)
      this.#aws.unreadable.add(name)
    }
    const [name, error] = first
    const others = refused.length === 1 ? '' : ` and ${refused.length - 1} more`
    this.#notice(
      `The service deployment of \`${name}\`${others} cannot be read, so the deployment is followed by its id alone. ${describeError(error)}`,
    )
  }
}

const revisionOf = ({ targetServiceRevisionArn = '' }: ServiceDeploymentBrief): string => targetServiceRevisionArn

const distance = (date: Date | undefined, to: number): number => Math.abs((date?.getTime() ?? 0) - to)

/** The ARN of a rollout's service deployment; `undefined` where it cannot be found, or may not be read. */
export async function findServiceDeployment(aws: AwsCalls, rollout: Rollout): Promise<string | undefined> {
  const deployments = new ServiceDeploymentFinder(aws, () => {})
  const { failed } = await deployments.read([rollout])
  for (const error of failed.values()) throw error
  return deployments.arnOf(rollout)
}
