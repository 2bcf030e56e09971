import type { World } from '../../../../toolkit/runtime.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'
import { DatadogError } from '../api/datadog-error.ts'
import type { GateInputs } from '../inputs/gate-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { gapsOf, type Lost, lostOf, whyNotJudged } from '../monitors/coverage.ts'
import {
  afterFailedLook,
  afterLook,
  type GateResult,
  gateResult,
  holding,
  type Look,
  type Progress,
  START,
} from '../monitors/gate-result.ts'
import type { Monitor } from '../monitors/monitor.ts'
import { completed, type Snapshot } from '../monitors/snapshot.ts'
import { type Policy, worseGroupsOf } from '../monitors/worse-group.ts'

/** The result of watching the monitors. */
export interface Watched {
  readonly result: GateResult
  readonly progress: Progress
  /** The last look that succeeded. */
  readonly last: Snapshot | undefined
  readonly looks: number
  /** Monitors that were judged at first, and could not be any more in the last look. */
  readonly lost: readonly Lost[]
}

/**
 * Looks at the monitors until the gate is decided: at once, then every interval, and exactly when the bake time and the
 * time it may be prolonged by are over. Never longer than these two and the time one look may take. Monitors that cannot be
 * judged do not end it: the others are watched for the whole time.
 */
export async function watch(
  inputs: GateInputs & Pick<CommonInputs, 'timeoutMs'>,
  look: (now: number, until: number) => Promise<Snapshot>,
  { clock, signal, log }: Pick<World, 'clock' | 'signal' | 'log'>,
): Promise<Watched> {
  const { plan, baseline, policy, intervalMs, timeoutMs } = inputs
  // Not the clock's difference from the start: a clock that is set must not end the bake time, nor prolong it.
  let [elapsed, previous] = [0, clock.now()]
  const longest = plan.bakeMs + plan.prolongMs + timeoutMs
  const judged = new Map<number, string>()
  noteJudged(judged, baseline.monitors ?? [], policy)
  let progress = START
  let last: Snapshot | undefined
  for (let looks = 1; ; looks++) {
    const now = clock.now()
    // Counts from the beginning of the look: a slow answer must not end the bake time early.
    elapsed += Math.min(Math.max(0, now - previous), intervalMs + timeoutMs)
    previous = now
    const watched = (result: GateResult): Watched => {
      return { result, progress, last, looks, lost: last === undefined ? [] : lostOf(judged, last, policy) }
    }
    try {
      const snapshot = await look(now, now + Math.min(timeoutMs, longest - elapsed))
      progress = afterLook(progress, seenIn(snapshot, progress, inputs))
      last = completed(snapshot, last)
      noteJudged(judged, last.monitors, policy)
    } catch (error) {
      if (!(error instanceof DatadogError)) throw error
      progress = afterFailedLook(progress, error)
      // A wrong key, say. Once a look has succeeded, a refusal may be a passing one.
      if (error.retry === false && last === undefined) {
        return watched({ verdict: 'unknown', reason: error.message, unknownBecause: 'read-error' })
      }
    }
    log.info(`Poll ${looks}, ${formatDuration(elapsed)}: ${inWords(progress, last)}`)
    const result = gateResult(progress, elapsed, plan)
    if (result !== undefined) return watched(result)
    await clock.sleep(
      Math.max(
        0,
        nextLook(elapsed, plan.bakeMs, plan.prolongMs, intervalMs) - elapsed - Math.max(0, clock.now() - now),
      ),
      signal,
    )
  }
}

/** When to look again, from the start: an interval later, but not past the end of the bake time or of the prolonging. */
function nextLook(elapsed: number, bakeMs: number, prolongMs: number, intervalMs: number): number {
  const ends = [bakeMs, bakeMs + prolongMs].filter((end) => end > elapsed)
  return Math.min(elapsed + intervalMs, ...ends)
}

function seenIn(snapshot: Snapshot, { gaps }: Progress, { baseline, policy }: GateInputs): Look {
  const unread = snapshot.results.filter(({ error }) => error !== undefined)
  const error = unread[0]?.error
  const none = snapshot.monitors.length === 0 && (baseline.monitors ?? []).length === 0
  return {
    empty: none && error === undefined,
    worseGroups: worseGroupsOf(baseline, snapshot, policy),
    // Of a query that was not read, what was known stays.
    gaps: [
      ...gapsOf(snapshot, policy),
      ...gaps.filter((gap) => unread.some(({ query }) => query.join() === gap.query.join())),
    ],
    ...(error === undefined ? {} : { unread: { error, read: new Set(snapshot.monitors.map(({ id }) => id)) } }),
  }
}

function noteJudged(judged: Map<number, string>, monitors: readonly Monitor[], policy: Policy): void {
  for (const monitor of monitors) if (whyNotJudged(monitor, policy) === undefined) judged.set(monitor.id, monitor.name)
}

function inWords(progress: Progress, last: Snapshot | undefined): string {
  const { readError } = progress
  if (last === undefined) return readError?.message ?? 'no monitors were read'
  const groups = last.monitors.reduce((sum, { counts }) => sum + Object.values(counts).reduce((a, b) => a + b, 0), 0)
  const state = holding(progress) || 'none got worse'
  const seen = `${counted(last.monitors.length, 'monitor')}, ${counted(groups, 'group')}; ${state}`
  const gaps = progress.gaps
    .map(({ reason }) => `. ${reason}`)
    .join('')
    .replaceAll('..', '.')
  return readError === undefined ? `${seen}${gaps}` : `${sentence(readError.message)} Last seen: ${seen}${gaps}`
}
