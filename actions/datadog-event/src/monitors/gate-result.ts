// The gate's result after each look at the monitors. Pure: it neither reads monitors nor waits.
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'
import type { Gap } from './coverage.ts'
import { placeOf } from './replaced-group.ts'
import type { WorseGroup } from './worse-group.ts'

export type GateVerdict = 'pass' | 'fail' | 'unknown'

export interface GatePlan {
  /** How long the monitors are watched at least. */
  readonly bakeMs: number
  /** How much longer at most, while a monitor holds the gate. */
  readonly prolongMs: number
  /** How many polls in a row must agree to pass or to fail. */
  readonly consecutive: number
}

/** What one look at the monitors showed. */
export interface Look {
  /** No query matches a monitor, and none did before the deploy. */
  readonly empty?: boolean
  readonly worseGroups: readonly WorseGroup[]
  /** Queries without a monitor that can be judged. */
  readonly gaps?: readonly Gap[]
  /** Set if the monitors of some queries could not be read. */
  readonly unread?: {
    readonly error: Error
    /** Ids of the monitors that were read. */
    readonly read: ReadonlySet<number>
  }
}

/** What the polls so far have shown. */
export interface Progress {
  /** For each group that got worse and fails the gate: in how many polls in a row. */
  readonly streaks: ReadonlyMap<string, number>
  /** How many polls in a row showed nothing that fails or holds, of the same monitors. */
  readonly clear: number
  /** Something failed or held the gate before the polls that are clear. */
  readonly unsettled: boolean
  /** How many polls in a row found no monitor at all. */
  readonly empty: number
  /** What the last look that succeeded showed. */
  readonly worseGroups: readonly WorseGroup[]
  readonly gaps: readonly Gap[]
  /** The error of the last look, if it failed. */
  readonly readError: Error | undefined
}

export const START: Progress = {
  streaks: new Map(),
  clear: 0,
  unsettled: false,
  empty: 0,
  worseGroups: [],
  gaps: [],
  readError: undefined,
}

export interface GateResult {
  readonly verdict: GateVerdict
  readonly reason: string
  /** Why the verdict is `unknown`. `held`: Datadog cannot be read, and a monitor was newly in a bad state before that. */
  readonly unknownBecause?: 'read-error' | 'held' | 'no-monitors'
}

/** Progress after a look that succeeded, at least for some monitors. The others stay as they were. */
export function afterLook(progress: Progress, { worseGroups, gaps = [], unread, empty = false }: Look): Progress {
  const kept = unread === undefined ? [] : progress.worseGroups.filter(({ monitor }) => !unread.read.has(monitor.id))
  const streaks = new Map<string, number>()
  for (const group of kept)
    if (group.effect === 'fail') streaks.set(keyOf(group), progress.streaks.get(keyOf(group)) ?? 0)
  for (const group of worseGroups) {
    if (group.effect === 'fail') streaks.set(keyOf(group), (progress.streaks.get(keyOf(group)) ?? 0) + 1)
  }
  const all = [...worseGroups, ...kept]
  const held = all.some(({ effect }) => effect !== 'ignore')
  // Monitors that can be judged only now have not been seen clear before.
  const more = progress.gaps.some((gap) => !gaps.some(({ query }) => query.join() === gap.query.join()))
  return {
    streaks,
    clear: held ? 0 : unread !== undefined ? progress.clear : more ? 1 : progress.clear + 1,
    unsettled: held || (!more && progress.unsettled),
    empty: empty ? progress.empty + 1 : 0,
    worseGroups: all,
    gaps,
    readError: unread?.error,
  }
}

/** Progress after a look that failed. It changes nothing else. */
export const afterFailedLook = (progress: Progress, readError: Error): Progress => ({ ...progress, readError })

/** Of groups that are replaced all the time, as those of tasks that crash, one key for all in the same place. */
function keyOf({ monitor, group }: WorseGroup): string {
  const place = placeOf(group)
  return place?.kind === 'task' ? `${monitor.id} place ${place.name}` : `${monitor.id} ${group}`
}

/** The result; `undefined` while the gate is still open. */
export function gateResult(progress: Progress, elapsedMs: number, plan: GatePlan): GateResult | undefined {
  const { streaks, worseGroups, clear, readError, gaps } = progress
  const failing = worseGroups.filter((f) => f.effect === 'fail' && (streaks.get(keyOf(f)) ?? 0) >= plan.consecutive)
  if (failing.length > 0) return { verdict: 'fail', reason: `${listed(failing)}, in ${polls(plan.consecutive)}.` }
  if (progress.empty >= plan.consecutive) return notJudged(gaps)
  if (elapsedMs < plan.bakeMs) return undefined
  if (readError === undefined && clear >= plan.consecutive) {
    if (gaps.length === 0) return { verdict: 'pass', reason: passed('No monitor', progress, elapsedMs) }
    return notJudged(gaps, passed('No other monitor', progress, elapsedMs))
  }
  if (elapsedMs < plan.bakeMs + plan.prolongMs) return undefined
  return atTheEnd(progress, elapsedMs, plan)
}

function atTheEnd(
  { readError, worseGroups, unsettled, clear }: Progress,
  elapsedMs: number,
  plan: GatePlan,
): GateResult {
  const holding = worseGroups.filter(({ effect }) => effect !== 'ignore')
  if (readError !== undefined) {
    const reason = `Datadog could not be read at the end: ${sentence(readError.message)}`
    if (holding.length === 0) return { verdict: 'unknown', reason, unknownBecause: 'read-error' }
    const before = `${listed(holding)} in the last poll that Datadog answered.`
    return { verdict: 'unknown', reason: `${before} ${reason}`, unknownBecause: 'held' }
  }
  if (holding.length > 0 || unsettled) {
    const lasting = holding.length === 0 ? 'The monitors had not settled' : listed(holding)
    return { verdict: 'fail', reason: `${lasting}, and did not recover within ${formatDuration(elapsedMs)}.` }
  }
  const reason = `Only ${polls(clear)} showed all monitors in ${formatDuration(elapsedMs)}, and ${plan.consecutive} must agree.`
  return { verdict: 'unknown', reason, unknownBecause: 'read-error' }
}

const notJudged = (gaps: readonly Gap[], rest?: string): GateResult => ({
  verdict: 'unknown',
  reason: [...gaps.map(({ reason }) => reason), ...(rest === undefined ? [] : [rest])].join(' '),
  unknownBecause: 'no-monitors',
})

/** What keeps the gate from passing; '' where nothing does. */
export function holding({ worseGroups }: Progress): string {
  const some = worseGroups.filter(({ effect }) => effect !== 'ignore')
  return some.length === 0 ? '' : listed(some)
}

function passed(subject: string, { worseGroups }: Progress, elapsedMs: number): string {
  const shown = worseGroups.length === 0 ? '' : ` Shown only: ${listed(worseGroups)}.`
  return `${subject} got worse in ${formatDuration(elapsedMs)}.${shown}`
}

/** The first three, and how many more. */
export function listed(worseGroups: readonly WorseGroup[]): string {
  const more = worseGroups.length - 3
  return worseGroups.slice(0, 3).map(inWords).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

function inWords({ monitor, group, state, ignoredAs }: WorseGroup): string {
  const name = `“${monitor.name}”${group === '*' ? '' : ` (${group})`}`
  if (ignoredAs === 'as before') return `${name} is in ${state}, as others were before the deploy`
  const note = ignoredAs === 'priority' ? `, ${priorityOf(monitor)},` : ignoredAs === 'muted' ? ', muted,' : ''
  return `${name}${note} is newly in ${state}`
}

/** `P3`, or `without a priority`. */
export const priorityOf = ({ priority }: { readonly priority?: number }): string =>
  priority === undefined ? 'without a priority' : `P${priority}`

const polls = (count: number) => (count === 1 ? 'one poll' : `${count} polls in a row`)
