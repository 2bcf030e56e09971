// Groups that a deploy replaces by others, such as those of tasks. Pure. docs/decisions/0013-replaced-groups.md has the reasons.
import type { Group, KeepNames, Monitor } from './monitor.ts'

/** What is left of a group's name without the tags whose values a deploy replaces. */
export interface Place {
  readonly name: string
  /** `task`: each deploy replaces it. `host`: it may outlive a deploy. */
  readonly kind: 'task' | 'host'
}

/** Tags whose values name one task, one container, one pod, or one version. */
const OF_A_TASK: ReadonlySet<string> = new Set([
  ...['task_arn', 'task_id', 'task_name', 'task_version', 'ecs_task_arn', 'container_id', 'container', 'runtime-id'],
  ...['pod', 'pod_name', 'pod_uid', 'kube_replica_set', 'version', 'git.commit.sha'],
  ...['image_tag', 'image_id', 'docker_image', 'container_image'],
])
const OF_A_HOST: ReadonlySet<string> = new Set([
  'host',
  'hostname',
  'instance',
  'instance_id',
  'instance-id',
  'private_ip',
])
/** The agent of ECS names a container `ecs-<family>-<revision>-<container>-<id>`. */
const ECS_CONTAINER = /^container_name:ecs-(.+)-\d+-(.+)-[0-9a-f]{10,}$/

/** The place of a group; `undefined` where no deploy replaces it. */
export function placeOf(group: string): Place | undefined {
  let kind: Place['kind'] | undefined
  const rest: string[] = []
  for (const tag of group.split(',').map((part) => part.trim())) {
    const key = tag.slice(0, Math.max(0, tag.indexOf(':')))
    const container = ECS_CONTAINER.exec(tag)
    if (container !== null) rest.push(`container_name:ecs-${container[1]}-${container[2]}`)
    if (container !== null || OF_A_TASK.has(key)) kind = 'task'
    else if (OF_A_HOST.has(key)) kind ??= 'host'
    else rest.push(tag)
  }
  return kind === undefined ? undefined : { name: rest.join(','), kind }
}

/** True for a monitor of which a baseline has to know all groups: some that a deploy replaces are in a bad state. */
export const hasBadReplacedGroup: KeepNames = (_, notable) =>
  notable.some(({ name, state }) => (state === 'Alert' || state === 'Warn') && placeOf(name) !== undefined)

/** A new group that took the place of one that was in a bad state before. */
export interface Succession {
  readonly before: 'Alert' | 'Warn'
  /** The group before it is still in a bad state, and may be there still. */
  readonly unsure: boolean
}

interface Tally {
  readonly kind: Place['kind']
  /** Groups in a bad state before. */
  readonly alerts: Group[]
  readonly warns: Group[]
  /** All groups before, and all new ones, except those without data. */
  before: number
  now: number
  readonly newAlerts: string[]
  readonly newWarns: string[]
}

/**
 * The new groups that are in a bad state as others were before in the same place, by name: no more of them, and no larger
 * share. In a place where there are more, none is: it cannot be said which of them the deploy caused.
 */
export function successions(monitor: Monitor, before: Monitor | undefined): ReadonlyMap<string, Succession> {
  if (before?.calm === undefined) return new Map()
  const known = new Set([...before.calm, ...before.notable.map(({ name }) => name)])
  const tallies = new Map<string, Tally>()
  const tally = (group: string, change: (tally: Tally) => void) => {
    const place = placeOf(group)
    if (place === undefined) return
    const key = `${place.kind} ${place.name}`
    const empty = { kind: place.kind, alerts: [], warns: [], before: 0, now: 0, newAlerts: [], newWarns: [] }
    const one: Tally = tallies.get(key) ?? empty
    tallies.set(key, one)
    change(one)
  }
  for (const name of before.calm) tally(name, (t) => t.before++)
  for (const group of before.notable) {
    if (group.state === 'No Data') continue
    tally(group.name, (t) => {
      t.before++
      if (group.state === 'Alert') t.alerts.push(group)
      if (group.state === 'Warn') t.warns.push(group)
    })
  }
  for (const name of monitor.calm ?? []) if (!known.has(name)) tally(name, (t) => t.now++)
  for (const { name, state } of monitor.notable) {
    if (known.has(name) || state === 'No Data') continue
    tally(name, (t) => {
      t.now++
      if (state === 'Alert') t.newAlerts.push(name)
      if (state === 'Warn') t.newWarns.push(name)
    })
  }
  const bad = new Set(
    monitor.notable.filter(({ state }) => state === 'Alert' || state === 'Warn').map(({ name }) => name),
  )
  return new Map([...tallies.values()].flatMap((one) => placed(one, bad)))
}

function placed(tally: Tally, bad: ReadonlySet<string>): readonly (readonly [string, Succession])[] {
  const { alerts, warns, newAlerts, newWarns } = tally
  const most = (count: number) => Math.min(count, Math.ceil((count / tally.before) * tally.now))
  const unsure = (groups: readonly Group[]) => tally.kind === 'host' && groups.some(({ name }) => bad.has(name))
  const succeed = (names: readonly string[], groups: readonly Group[], state: 'Alert' | 'Warn') =>
    names.map((name) => [name, { before: state, unsure: unsure(groups) }] as const)
  const alertsPlaced = newAlerts.length <= most(alerts.length)
  const left = alertsPlaced ? alerts.length - newAlerts.length : 0
  const warnsPlaced = newWarns.length <= most(warns.length + left)
  return [
    ...(alertsPlaced ? succeed(newAlerts, alerts, 'Alert') : []),
    ...(warnsPlaced ? succeed(newWarns, [...alerts, ...warns], left > 0 ? 'Alert' : 'Warn') : []),
  ]
}
