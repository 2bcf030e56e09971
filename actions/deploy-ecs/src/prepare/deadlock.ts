// Finds a rolling update that ECS can neither begin nor end, by ECS's own arithmetic. Pure.
import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import { changesFor } from '../task-definition/desired-count.ts'

/** Why a service cannot be updated, and the settings that would do. */
interface Deadlock {
  readonly text: string
  readonly hint: string
}

/**
 * ECS rounds the fewest healthy tasks up and the most tasks down. Where both come to the desired count, it may neither start a
 * new task nor stop an old one: the deployment stays IN_PROGRESS without end. `undefined` where the update can go on.
 */
export function findDeadlock(
  name: ServiceName,
  service: Service,
  changes: ServiceChanges,
  revision: string | undefined,
): Deadlock | undefined {
  const { schedulingStrategy, runningCount = 0, deployments = [], deploymentConfiguration = {} } = service
  const { strategy = 'ROLLING', minimumHealthyPercent = 100, maximumPercent = 200 } = deploymentConfiguration
  const desired = changesFor(service, changes).desiredCount ?? service.desiredCount ?? 0
  // On the way back from a deployment that cannot go on, the tasks to go back to still run.
  const isIt = (taskDefinition = '') =>
    revision !== undefined && revisionName(taskDefinition) === revisionName(revision)
  const runs = deployments.some((one) => isIt(one.taskDefinition) && (one.runningCount ?? 0) > 0)
  const startsNoTask = (runs || isIt(service.taskDefinition)) && changes.forceNewDeployment !== true
  // A daemon's count is that of its instances. Tasks that are missing are started whatever the bounds.
  if (schedulingStrategy === 'DAEMON' || strategy !== 'ROLLING' || startsNoTask) return undefined
  if (desired === 0 || runningCount < desired) return undefined
  const least = Math.ceil((desired * minimumHealthyPercent) / 100)
  const most = Math.floor((desired * maximumPercent) / 100)
  if (least < desired || most > desired) return undefined
  const enough = Math.ceil((100 * (desired + 1)) / desired)
  const low = Math.floor((100 * (desired - 1)) / desired)
  const running = (count: number) => counted(count, 'running task')
  return {
    text: `Service \`${nameOf(name)}\` cannot replace a task: with a desired count of ${desired}, \`minimumHealthyPercent\` ${minimumHealthyPercent} keeps ${running(least)} (${share(desired, minimumHealthyPercent)}, rounded up), and \`maximumPercent\` ${maximumPercent} allows ${most} (${share(desired, maximumPercent)}, rounded down). ECS could neither start a new task nor stop an old one.`,
    hint: `Set \`maximumPercent\` of the service to ${enough} or more, so that a new task starts before an old one stops, or \`minimumHealthyPercent\` to ${low === 0 ? '0, so that an old task stops first and none runs for a while' : `${low} or less, so that an old task stops first`}.`,
  }
}

/** @throws SlipwayError with the numbers and the settings that would do. */
export function refuseDeadlock(...update: Parameters<typeof findDeadlock>): void {
  const deadlock = findDeadlock(...update)
  if (deadlock === undefined) return
  throw new SlipwayError(`${deadlock.text} Nothing was changed.`, { hint: deadlock.hint })
}

/** `1.34` for 134 % of 1. */
const share = (count: number, percent: number): string => `${(count * percent) / 100}`
