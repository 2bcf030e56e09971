// What Datadog refuses in a monitor whose members have the right types.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { isObject } from '../http/body.ts'
import { type Condition, conditionOf, statusesOf } from './condition.ts'
import type { Settings } from './monitor.ts'

/** @throws DatadogError for a query or thresholds that cannot be. */
export function checkSettings({ type, query, options }: Settings): void {
  const condition = conditionOf(type, query)
  const thresholds = isObject(options['thresholds']) ? options['thresholds'] : {}
  if (condition !== undefined) checkThresholds(condition, thresholds)
  const statuses = statusesOf(query)
  const most = Math.max(0, ...['ok', 'warning', 'critical'].map((name) => numberOf(thresholds, name) ?? 0))
  if (statuses !== undefined && statuses < most) {
    throw new DatadogError(400, 'Last field should be larger than or equal to max threshold defined in monitor options')
  }
}

function checkThresholds({ operator, threshold }: Condition, thresholds: Members): void {
  if (Object.keys(thresholds).length === 0) return
  const alert = numberOf(thresholds, 'critical')
  if (alert === undefined) throw new DatadogError(400, 'Alert status is required.')
  if (alert !== threshold) {
    throw new DatadogError(
      400,
      `Alert threshold (${float(alert)}) does not match that used in the query (${float(threshold)}).`,
    )
  }
  const isUpper = operator.startsWith('>')
  if (!isUpper && !operator.startsWith('<')) return
  /** Whether a value is on the side of `limit` where the condition does not hold. */
  const isMilder = (value: number | undefined, limit: number | undefined) =>
    value === undefined || limit === undefined || (isUpper ? value < limit : value > limit)
  const [warning, recovery, warningRecovery] = ['warning', 'critical_recovery', 'warning_recovery'].map((name) =>
    numberOf(thresholds, name),
  )
  // A guess: Datadog does not document this text.
  if (!isMilder(warning, alert))
    throw new DatadogError(400, 'The warning threshold must be milder than the alert threshold.')
  if (!isMilder(recovery, alert)) throw bothStates('alert')
  if (!isMilder(warningRecovery, warning)) throw bothStates('warning')
}

const bothStates = (state: string) =>
  new DatadogError(
    400,
    `${state} and ${state} recovery criteria are such that the monitor can be simultaneously in ${state} and ${state} recovery states`,
  )

function numberOf(thresholds: Members, name: string): number | undefined {
  const value = thresholds[name]
  return typeof value === 'number' ? value : undefined
}

/** A number as Datadog writes it: 90.0. */
const float = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value))
