import type { World } from '../../../../toolkit/runtime.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { DatadogError } from '../api/datadog-error.ts'
import type { GateInputs } from '../inputs/gate-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import {
  afterFailedLook,
  afterLook,
  type GateResult,
  gateResult,
  holding,
  type Progress,
  START,
} from '../monitors/gate-result.ts'
import { noMatch, type Snapshot } from '../monitors/snapshot.ts'
import { hasGroupToJudge, worseGroupsOf } from '../monitors/worse-group.ts'

/** The result of watching the monitors. */
export interface Watched {
  readonly result: GateResult
  readonly progress: Progress
  /** The last look that succeeded. */
  readonly last: Snapshot | undefined
  readonly looks: number
  /** Why the verdict is `unknown`: the monitors could not be read, or there are none. */
  readonly unknownBecause?: 'read-error' | 'no-monitors'
}

/**
 * Looks at the monitors until the gate is decided: at once, then every interval, and exactly when the bake time and the
 * time it may be prolonged by are over. Never longer than these two and the time one look may take.
 */
export async function watch(
  inputs: GateInputs & Pick<CommonInputs, 'timeoutMs'>,
  look: (now: number, until: number) => Promise<Snapshot>,
  { clock, signal, log }: Pick<World, 'clock' | 'signal' | 'log'>,
): Promise<Watched> {
  const { plan, baseline, policy, intervalMs, timeoutMs } = inputs
  const start = clock.now()
  const end = start + plan.bakeMs + plan.prolongMs + timeoutMs
  let progress = START
  let last: Snapshot | undefined
  for (let looks = 1; ; looks++) {
    const now = clock.now()
    try {
      last = await look(now, Math.min(now + timeoutMs, end))
      const nothing = nothingToJudge(last)
      if (nothing !== undefined) return { result: nothing, progress, last, looks, unknownBecause: 'no-monitors' }
      progress = afterLook(progress, worseGroupsOf(baseline, last, policy))
    } catch (error) {
      if (!(error instanceof DatadogError)) throw error
      progress = afterFailedLook(progress, error)
      if (error.retry === false) return { ...monitorsUnreadable(error), progress, last, looks }
    }
    // Counts from the beginning of the look: a slow answer must not end the bake time early.
    const elapsed = now - start
    log.info(`Poll ${looks}, ${formatDuration(elapsed)}: ${inWords(progress, last)}`)
    const result = gateResult(progress, elapsed, plan)
    if (result !== undefined) {
      return {
        result,
        progress,
        last,
        looks,
        ...(result.verdict === 'unknown' ? { unknownBecause: 'read-error' } : {}),
      }
    }
    await clock.sleep(
      Math.max(0, nextLook(elapsed, plan.bakeMs, plan.prolongMs, intervalMs) - (clock.now() - start)),
      signal,
    )
  }
}

/** When to look again, from the start: an interval later, but not past the end of the bake time or of the prolonging. */
function nextLook(elapsed: number, bakeMs: number, prolongMs: number, intervalMs: number): number {
  const ends = [bakeMs, bakeMs + prolongMs].filter((end) => end > elapsed)
  return Math.min(elapsed + intervalMs, ...ends)
}

function nothingToJudge(snapshot: Snapshot): GateResult | undefined {
  const [query] = snapshot.unmatched
  if (query !== undefined) {
    return { verdict: 'unknown', reason: noMatch(query) }
  }
  if (!hasGroupToJudge(snapshot)) {
    return { verdict: 'unknown', reason: 'Every monitor is muted, ignored or skipped, so none can be judged.' }
  }
  return undefined
}

const monitorsUnreadable = (error: DatadogError) =>
  ({ result: { verdict: 'unknown', reason: error.message }, unknownBecause: 'read-error' }) as const

function inWords(progress: Progress, last: Snapshot | undefined): string {
  if (progress.readError !== undefined) return progress.readError.message
  const groups = last?.monitors.reduce((sum, { counts }) => sum + Object.values(counts).reduce((a, b) => a + b, 0), 0)
  return `${counted(last?.monitors.length ?? 0, 'monitor')}, ${counted(groups ?? 0, 'group')}; ${holding(progress) || 'none got worse'}`
}
