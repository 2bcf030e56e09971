// The gate's result after each look at the monitors. Pure: it neither reads monitors nor waits.
import { formatDuration } from '../../../../toolkit/text/duration.ts'
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

/** What the polls so far have shown. */
export interface Progress {
  /** For each group that got worse and fails the gate: in how many polls in a row. */
  readonly streaks: ReadonlyMap<string, number>
  /** How many polls in a row showed nothing that fails or holds. */
  readonly clear: number
  /** What the last look that succeeded showed. */
  readonly worseGroups: readonly WorseGroup[]
  /** The error of the last look, if it failed. */
  readonly readError: Error | undefined
}

export const START: Progress = { streaks: new Map(), clear: 0, worseGroups: [], readError: undefined }

export interface GateResult {
  readonly verdict: GateVerdict
  readonly reason: string
}

/** Progress after a look that succeeded. */
export function afterLook(progress: Progress, worseGroups: readonly WorseGroup[]): Progress {
  const failing = worseGroups.filter(({ effect }) => effect === 'fail')
  const streaks = new Map(failing.map((f) => [keyOf(f), (progress.streaks.get(keyOf(f)) ?? 0) + 1]))
  const clear = worseGroups.every(({ effect }) => effect === 'ignore') ? progress.clear + 1 : 0
  return { streaks, clear, worseGroups, readError: undefined }
}

/** Progress after a look that failed. It changes nothing else. */
export const afterFailedLook = (progress: Progress, readError: Error): Progress => ({ ...progress, readError })

const keyOf = ({ monitor, group }: WorseGroup) => `${monitor.id} ${group}`

/** The result; `undefined` while the gate is still open. */
export function gateResult(progress: Progress, elapsedMs: number, plan: GatePlan): GateResult | undefined {
  const { streaks, worseGroups, clear, readError } = progress
  const failing = worseGroups.filter((f) => f.effect === 'fail' && (streaks.get(keyOf(f)) ?? 0) >= plan.consecutive)
  if (readError === undefined && failing.length > 0) {
    return { verdict: 'fail', reason: `${listed(failing)}, in ${polls(plan.consecutive)}.` }
  }
  if (elapsedMs < plan.bakeMs) return undefined
  if (readError === undefined && clear >= plan.consecutive) {
    return { verdict: 'pass', reason: `No monitor got worse in ${formatDuration(elapsedMs)}.` }
  }
  if (elapsedMs < plan.bakeMs + plan.prolongMs) return undefined
  if (readError !== undefined) {
    return { verdict: 'unknown', reason: `Datadog could not be read at the end: ${readError.message}` }
  }
  const holding = worseGroups.filter(({ effect }) => effect !== 'ignore')
  const lasting = holding.length === 0 ? 'The monitors had not settled' : listed(holding)
  return { verdict: 'fail', reason: `${lasting}, and did not recover within ${formatDuration(elapsedMs)}.` }
}

/** What keeps the gate from passing; '' where nothing does. */
export function holding({ worseGroups }: Progress): string {
  const some = worseGroups.filter(({ effect }) => effect !== 'ignore')
  return some.length === 0 ? '' : listed(some)
}

function listed(worseGroups: readonly WorseGroup[]): string {
  const shown = worseGroups.slice(0, 3).map(({ monitor, group, state }) => {
    return `“${monitor.name}”${group === '*' ? '' : ` (${group})`} is newly in ${state}`
  })
  const more = worseGroups.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

const polls = (count: number) => (count === 1 ? 'one poll' : `${count} polls in a row`)
