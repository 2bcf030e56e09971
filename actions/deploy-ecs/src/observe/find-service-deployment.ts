// Finds and reads the service deployment of a rollout. UpdateService does not return which one it created.
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

/** How much earlier than the deployment to list: the timestamps of ECS can differ by less than this. */
const MARGIN_MS = 60_000
/** A deployment and its service deployment are created within this. */
const TOGETHER_MS = 5_000
/** How many services are listed at the same time. */
const AT_ONCE = 4
const BATCH = 20

/** The service deployments of some rollouts, and errors, by `cluster/service`. A rollout in neither map has none that is readable. */
export interface ServiceDeploymentsRead {
  readonly seen: ReadonlyMap<string, ObservedServiceDeployment>
  readonly failed: ReadonlyMap<string, unknown>
}

/** Finds the service deployments of rollouts, and reads them again with each look. */
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

  /** Reads the service deployment of each rollout. An error of one does not affect the others. */
  async read(rollouts: readonly Rollout[]): Promise<ServiceDeploymentsRead> {
    const failed = new Map<string, unknown>()
    const readable = rollouts.filter(({ name }) => !this.#aws.unreadableServiceDeployments.has(nameOf(name)))
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

  /** The service deployment of a rollout is the one for its revision that was created at the same time. */
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

  /** The service deployments that can be that of the rollout, the nearest in time first. */
  async #candidates({ name, createdAt }: Rollout): Promise<readonly ServiceDeploymentBrief[]> {
    const listed = await listServiceDeployments(this.#aws, name, { createdAfter: new Date(createdAt - MARGIN_MS) })
    return (
      listed
        .filter((listed) => listed.targetServiceRevisionArn !== undefined)
        // An earlier one can be for the same revision. While the list lags, it would be taken for ours.
        .filter((listed) => (listed.createdAt?.getTime() ?? 0) >= createdAt - TOGETHER_MS)
        .toSorted((a, b) => distance(a.createdAt, createdAt) - distance(b.createdAt, createdAt))
    )
  }

  /** Does not ask again for what the role may not read: the service's list of deployments is enough to follow a rollout. */
  #giveUp(failed: Map<string, unknown>): void {
    const refused = [...failed].filter(([, error]) => isRefusal(error))
    const [first] = refused
    if (first === undefined) return
    for (const [name] of refused) {
      failed.delete(name)
      this.#aws.unreadableServiceDeployments.add(name)
    }
    const [name, error] = first
    const others = refused.length === 1 ? '' : ` and ${refused.length - 1} more`
    this.#notice(
      `The service deployment of \`${name}\`${others} cannot be read: following the service's list of deployments instead. ${describeError(error)}`,
    )
  }
}

const revisionOf = ({ targetServiceRevisionArn = '' }: ServiceDeploymentBrief): string => targetServiceRevisionArn

const distance = (date: Date | undefined, to: number): number => Math.abs((date?.getTime() ?? 0) - to)

/** The ARN of a rollout's service deployment; `undefined` where there is none yet, or the role may not read it. */
export async function findServiceDeployment(aws: AwsCalls, rollout: Rollout): Promise<string | undefined> {
  const deployments = new ServiceDeploymentFinder(aws, () => {})
  const { failed } = await deployments.read([rollout])
  for (const error of failed.values()) throw error
  return deployments.arnOf(rollout)
}
