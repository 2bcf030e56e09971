// Refuses a rolling update that ECS can neither begin nor end, by ECS's own arithmetic. Pure.
import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'

/**
 * ECS rounds the fewest healthy tasks up and the most tasks down. Where both come to the desired count, it may neither start a
 * new task nor stop an old one: the deployment stays IN_PROGRESS without end.
 * @throws SlipwayError with the numbers and the settings that would do.
 */
export function refuseDeadlock(
  name: ServiceName,
  service: Service,
  changes: Pick<ServiceChanges, 'desiredCount' | 'forceNewDeployment'>,
  revision: string | undefined,
): void {
  const { schedulingStrategy, runningCount = 0, deployments = [], deploymentConfiguration = {} } = service
  const { strategy = 'ROLLING', minimumHealthyPercent = 100, maximumPercent = 200 } = deploymentConfiguration
  const desired = changes.desiredCount ?? service.desiredCount ?? 0
  // On the way back from a deployment that cannot go on, the tasks to go back to still run.
  const isIt = (taskDefinition = '') =>
    revision !== undefined && revisionName(taskDefinition) === revisionName(revision)
  const runs = deployments.some((one) => isIt(one.taskDefinition) && (one.runningCount ?? 0) > 0)
  const startsNoTask = (runs || isIt(service.taskDefinition)) && changes.forceNewDeployment !== true
  // A daemon's count is that of its instances. Tasks that are missing are started whatever the bounds.
  if (schedulingStrategy === 'DAEMON' || strategy !== 'ROLLING' || startsNoTask) return
  if (desired === 0 || runningCount < desired) return
  const least = Math.ceil((desired * minimumHealthyPercent) / 100)
  const most = Math.floor((desired * maximumPercent) / 100)
  if (least < desired || most > desired) return
  const enough = Math.ceil((100 * (desired + 1)) / desired)
  const low = Math.floor((100 * (desired - 1)) / desired)
  const running = (count: number) => counted(count, 'running task')
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` cannot replace a task: with a desired count of ${desired}, \`minimumHealthyPercent\` ${minimumHealthyPercent} keeps ${running(least)} (${share(desired, minimumHealthyPercent)}, rounded up), and \`maximumPercent\` ${maximumPercent} allows ${most} (${share(desired, maximumPercent)}, rounded down). ECS could neither start a new task nor stop an old one. Nothing was changed.`,
    {
      hint: `Set \`maximumPercent\` of the service to ${enough} or more, so that a new task starts before an old one stops, or \`minimumHealthyPercent\` to ${low === 0 ? '0, so that an old task stops first and none runs for a while' : `${low} or less, so that an old task stops first`}.`,
    },
  )
}

/** `1.34` for 134 % of 1. */
const share = (count: number, percent: number): string => `${(count * percent) / 100}`
