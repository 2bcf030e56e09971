// Why a rule failed. Datadog does not document these texts: they are guesses.
import type { Searched } from '../monitors/search-query.ts'

/** A rule of monitors fails above this number. */
const MOST_MONITORS = 50

export const NO_VERSION = 'A version is required for faulty deployment detection.'
export const FAULTY = 'Faulty deployment detected.'

/** Why monitors that a query found fail a rule. Muted ones do not count. */
export function monitorProblem(found: readonly Searched[]): string | undefined {
  const monitors = found.filter(({ muted }) => !muted)
  if (monitors.length === 0) return 'No monitors match the query.'
  if (monitors.length > MOST_MONITORS) return `More than ${MOST_MONITORS} monitors match the query.`
  const bad = monitors.filter(({ status }) => status === 'Alert' || status === 'No Data')
  if (bad.length === 0) return undefined
  return `Monitors in ALERT or NO_DATA: ${bad.map(({ id, name }) => `${name} (${id})`).join(', ')}`
}
