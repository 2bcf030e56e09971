// What DORA's deployments and failures have in common.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'

/** Times of a deployment or failure, in ISO 8601, whatever their unit was. */
export interface Times {
  readonly startedAt: string
  readonly finishedAt?: string
}

/** Reads `started_at` and `finished_at`. */
export function timesOf(event: Members): Times {
  const [started = 0, finished] = ['started_at', 'finished_at'].map((name) => timeOf(event, name))
  if (finished === undefined) return { startedAt: iso(started) }
  if (finished < started) throw new DatadogError(400, 'attribute "finished_at" must not be before "started_at"')
  return { startedAt: iso(started), finishedAt: iso(finished) }
}

/** The smallest number that is read in each unit, and the factor to milliseconds. */
const UNITS = [
  { from: 1e17, factor: 1e-6 },
  { from: 1e14, factor: undefined }, // Microseconds: not accepted.
  { from: 1e11, factor: 1 },
  { from: 0, factor: 1000 },
]

/** Unix time in nanoseconds, milliseconds or seconds, as milliseconds. */
function timeOf(event: Members, name: string): number | undefined {
  const value = event[name]
  if (typeof value !== 'number') return undefined
  const factor = UNITS.find(({ from }) => value > from)?.factor
  if (factor !== undefined) return value * factor
  throw new DatadogError(400, `attribute "${name}" must be Unix time in nanoseconds, milliseconds, or seconds`)
}

const iso = (ms: number) => new Date(ms).toISOString()
