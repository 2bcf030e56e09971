// The condition at the end of a monitor's query, such as `> 90`.
import { DatadogError } from '../http/answers.ts'

export interface Condition {
  readonly operator: string
  readonly threshold: number
}

const CONDITION = /(>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*$/
/** `avg(last_5m):…`, `change(min(last_1m),last_5m):…` */
const METRIC_QUERY = /^\s*[a-z_]+\((?:[^()]|\([^()]*\))*\)\s*:/
const COMPOSITE = /^[\s()!&|]*\d+[\s()!&|\d]*$/
const SERVICE_CHECK = /\.over\(.*\)\.last\((\d+)\)\.(?:count_by_status|pct_by_status)\(\)\s*$/

/** The condition of a query; `undefined` for types whose queries have none. @throws DatadogError for a query that is none of its type. */
export function conditionOf(type: string, query: string): Condition | undefined {
  if (type === 'composite') {
    if (!COMPOSITE.test(query)) throw invalid()
    return undefined
  }
  if (type === 'service check') {
    if (!SERVICE_CHECK.test(query)) throw invalid()
    return undefined
  }
  const isMetric = type === 'query alert' || type === 'metric alert'
  const [, operator, threshold] = CONDITION.exec(query) ?? []
  if (operator === undefined) throw invalid(isMetric ? '' : ': invalid operator specified: ')
  if (isMetric && !METRIC_QUERY.test(query)) throw invalid()
  return { operator, threshold: Number(threshold) }
}

/** How many statuses a service check looks at; `undefined` for another query. */
export const statusesOf = (query: string): number | undefined => {
  const last = SERVICE_CHECK.exec(query)?.[1]
  return last === undefined ? undefined : Number(last)
}

/** Whether a monitor alerts for each group of its query. */
export const isSplit = (query: string): boolean => /\bby\s*\{[^}]+\}|\.by\(/.test(query)

/** The monitors that a composite's query names. */
export const monitorsIn = (type: string, query: string): readonly string[] =>
  type === 'composite' ? (query.match(/\d+/g) ?? []) : []

const invalid = (detail = '') => new DatadogError(400, `The value provided for parameter 'query' is invalid${detail}`)
