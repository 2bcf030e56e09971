// What happened to one service until the action ended, from the journal.
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import type { Written } from '../../../rehearsal/cloud/kernel/journal.ts'
import type { EcsCloud } from './ecs-cloud.ts'
import { RIVAL, type ServicePlan } from './fault-plan.ts'

/** The service as it is. */
export interface State {
  /** Such as `web:2`. */
  readonly primary: string
  readonly rolloutState: string | undefined
}

export interface Facts {
  readonly name: string
  /** Number of deployments of the new revision. More than one is a fault. */
  readonly started: number
  /** Status of our service deployment. */
  readonly status: string
  readonly state: State
  /** Somebody else deployed after us; and only after the last look that the action took at this service. */
  readonly overtaken: boolean
  readonly unseen: boolean
  /** What ran before was back and complete, and all was well with it, when somebody else deployed. */
  readonly wasBack: boolean
  /** Number of our tasks that failed. */
  readonly failures: number
  /** The most tasks of ours that ran at one moment. */
  readonly mostRunning: number
  /** Unhealthy tasks and targets of a revision, `web:1` or `web:2`. */
  readonly sick: (revision: string) => readonly string[]
  /** Whether all tasks and targets of a revision were healthy at some moment. */
  readonly wasWell: (revision: string) => boolean
}

export async function readState(cloud: EcsCloud, name: string): Promise<State> {
  cloud.arm(false)
  const answer = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  const primary = answer.services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY')
  return { primary: revision(primary?.taskDefinition), rolloutState: primary?.rolloutState }
}

const revision = (arn: unknown): string => String(arn).replace(/^.*\//, '')

/** @param span the entries with which the step began and ended; what is looked at after that is looked at by us. */
export function readFacts(
  all: readonly Written[],
  [first, end]: readonly [number, number],
  service: ServicePlan,
  state: State,
): Facts {
  const { name } = service
  const journal = all.slice(first).filter(({ service: arn }) => String(arn).endsWith(`/${name}`))
  const of = (type: string) => journal.filter((entry) => entry.type === type)
  const isOurs = ({ taskDefinition }: Written) => revision(taskDefinition) === `${name}:2`
  const ours = new Set(
    of('deployment')
      .filter((entry) => isOurs(entry) && entry['isRollback'] !== true)
      .map(({ id }) => id),
  )
  const tasks = of('task')
  // What happened after the last look cannot have been seen. Once one of several services has its verdict, only the others
  // are looked at.
  const lastLook = all.slice(first, end).findLast((entry) => isLookAt(entry, name))
  const oursAt = of('deployment').find(isOurs)?.seq ?? 0
  const rival = of('deployment').find(
    ({ taskDefinition, seq }) => seq > oursAt && revision(taskDefinition) === `${RIVAL}:1`,
  )
  return {
    name,
    started: ours.size,
    status: String(of('service-deployment').findLast(isOurs)?.['status'] ?? ''),
    state,
    overtaken: rival !== undefined,
    unseen: rival !== undefined && rival.seq > (lastLook?.seq ?? 0),
    wasBack: rival !== undefined && wasBack(all, service, oursAt, rival.seq),
    failures: failuresOf(tasks.filter(({ deployment }) => ours.has(deployment))),
    mostRunning: mostRunningOf(tasks.filter(({ deployment }) => ours.has(deployment))),
    sick: (wanted) => sickOf(service, ...entriesOf(all, name, wanted)),
    wasWell: (wanted) => {
      const [tasks, targets] = entriesOf(all, name, wanted)
      const moments = [...tasks, ...targets].map(({ seq }) => seq).sort((one, other) => one - other)
      const until = (entries: readonly Written[], moment: number) => entries.filter(({ seq }) => seq <= moment)
      return moments.some((moment) => sickOf(service, until(tasks, moment), until(targets, moment)).length === 0)
    },
  }
}

const isLookAt = ({ type, action, outcome, request }: Written, name: string): boolean =>
  type === 'api' &&
  action === 'DescribeServices' &&
  outcome === 'ok' &&
  (request as { readonly services?: readonly string[] } | undefined)?.services?.includes(name) === true

/** Whether a deployment between these two entries had brought back what ran before, with all of it well at the second. */
function wasBack(all: readonly Written[], service: ServicePlan, after: number, before: number): boolean {
  const until = all.filter(({ seq }) => seq < before)
  const was = `${service.name}:1`
  const complete = until.some(
    ({ type, seq, service: arn, taskDefinition, status, rolloutState }) =>
      type === 'deployment' &&
      seq > after &&
      String(arn).endsWith(`/${service.name}`) &&
      revision(taskDefinition) === was &&
      status === 'PRIMARY' &&
      rolloutState === 'COMPLETED',
  )
  return complete && sickOf(service, ...entriesOf(until, service.name, was)).length === 0
}

/** The entries on the tasks of a revision, and on the targets and the production traffic of its service. */
const entriesOf = (all: readonly Written[], name: string, wanted: string) =>
  [
    all.filter(({ type, taskDefinition }) => type === 'task' && revision(taskDefinition) === wanted),
    all.filter(
      ({ type, targetGroup, loadBalancer, port }) =>
        (type === 'target' && new RegExp(`/${name}(-blue|-green)?/`).test(String(targetGroup))) ||
        (type === 'traffic-shift' && port === 80 && String(loadBalancer).includes(`/${name}/`)),
    ),
  ] as const

const byTask = (tasks: readonly Written[]) => Map.groupBy(tasks, ({ taskArn }) => taskArn)

const failuresOf = (tasks: readonly Written[]): number =>
  [...byTask(tasks).values()].filter((entries) =>
    entries.some(
      ({ stopCode, stoppedReason }) =>
        stopCode !== undefined && !/^Scaling|by user|service was deleted/.test(String(stoppedReason)),
    ),
  ).length

function mostRunningOf(tasks: readonly Written[]): number {
  const running = new Set<unknown>()
  let most = 0
  for (const { taskArn, lastStatus } of tasks) {
    if (lastStatus === 'RUNNING') running.add(taskArn)
    else running.delete(taskArn)
    most = Math.max(most, running.size)
  }
  return most
}

/** By the newest entry on each task and target. */
function sickOf(
  { desiredCount, balanced }: ServicePlan,
  tasks: readonly Written[],
  targets: readonly Written[],
): readonly string[] {
  const live = [...byTask(tasks).values()]
    .flatMap((entries) => entries.at(-1) ?? [])
    .filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
  const sick = live
    .filter(({ lastStatus }) => lastStatus !== 'RUNNING')
    .map(({ taskArn }) => `task ${taskArn} not RUNNING`)
  if (live.length < desiredCount) sick.push(`${live.length} of ${desiredCount} tasks`)
  const states = new Map(
    targets
      .filter(({ type }) => type === 'target')
      .map((entry) => [JSON.stringify([entry['targetGroup'], entry['target'], entry['port']]), entry]),
  )
  const takers = takersOf(targets)
  const healthy = [...states.values()].filter(
    ({ to, targetGroup }) => to === 'healthy' && (takers?.includes(String(targetGroup)) ?? true),
  ).length
  return balanced && healthy < desiredCount ? [...sick, `${healthy} of ${desiredCount} targets healthy`] : sick
}

/** The target groups that production traffic goes to, where ECS shifts it. */
function takersOf(entries: readonly Written[]): readonly string[] | undefined {
  const last = entries.findLast(({ type }) => type === 'traffic-shift')
  const weights = last?.['weights'] as Readonly<Record<string, number>> | undefined
  return weights && Object.keys(weights).filter((arn) => (weights[arn] ?? 0) > 0)
}
