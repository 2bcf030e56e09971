// Rules of a deployment gate, and how they are read from an evaluation request.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { isObject } from '../http/body.ts'
import { parseQuery } from '../monitors/search-query.ts'

export type Verdict = 'pass' | 'fail'

/** A rule. Durations are milliseconds. */
export interface Rule {
  readonly name: string
  readonly dryRun: boolean
  /** For how long it is evaluated. */
  readonly duration: number
  readonly check:
    | { readonly type: 'monitor'; readonly query: string }
    | { readonly type: 'faulty_deployment_detection' }
  /** What a scenario decides, whatever the monitors say. */
  readonly result?: { readonly status: Verdict; readonly after: number; readonly reason?: string | undefined }
}

export const RULE_TYPES = ['monitor', 'faulty_deployment_detection'] as const

/** How long rules are evaluated if they do not say. */
export const USUAL_DURATION = { monitor: 0, faulty_deployment_detection: 900_000 } as const
const LONGEST_SECONDS = 7200

/** `configuration` of an evaluation request: rules that no gate holds. */
export function readConfiguration(configuration: unknown): {
  readonly dryRun: boolean
  readonly rules: readonly Rule[]
} {
  const { rules, dry_run: dryRun = false } = isObject(configuration) ? configuration : {}
  if (!Array.isArray(rules) || rules.length === 0) throw invalid('at least one rule is required')
  return {
    dryRun: dryRun === true,
    rules: rules.map((rule: unknown, index) => {
      try {
        return readRule(isObject(rule) ? rule : {})
      } catch (error) {
        throw invalid(`invalid rule at index ${index}: ${(error as Error).message}`)
      }
    }),
  }
}

function readRule(rule: Members): Rule {
  const type = RULE_TYPES.find((known) => known === rule['type'])
  if (type === undefined) throw new Error(`invalid rule type: ${rule['type']}`)
  const { name } = rule
  if (typeof name !== 'string' || name === '') throw new Error('name is required')
  const options = isObject(rule['options']) ? rule['options'] : {}
  const common = { name, dryRun: rule['dry_run'] === true, duration: durationOf(options) ?? USUAL_DURATION[type] }
  if (type === 'monitor') return { ...common, check: { type, query: queryOf(options) } }
  if (options['allowed_resources'] !== undefined && options['excluded_resources'] !== undefined) {
    throw new Error('allowed_resources and excluded_resources are mutually exclusive')
  }
  return { ...common, check: { type } }
}

function durationOf({ duration }: Members): number | undefined {
  if (duration === undefined) return undefined
  if (typeof duration === 'number' && duration >= 0 && duration <= LONGEST_SECONDS) return duration * 1000
  throw new Error(`duration must be 0 to ${LONGEST_SECONDS}`)
}

function queryOf({ query }: Members): string {
  if (typeof query !== 'string' || query === '') throw new Error('query is required')
  parseQuery(query)
  return query
}

const invalid = (problem: string) => new DatadogError(400, `invalid configuration: ${problem}`)
