// Rules of a deployment gate, and how they are read from an evaluation request.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { objectOf, textOf } from '../http/attributes.ts'
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

/** `configuration` of an evaluation request: rules that no gate holds. */
export function readConfiguration(configuration: Members): {
  readonly dryRun: boolean
  readonly rules: readonly Rule[]
} {
  const { rules, dry_run: dryRun } = configuration
  return { dryRun: dryRun === true, rules: (rules as readonly Members[]).map(readRule) }
}

function readRule(rule: Members, index: number): Rule {
  const type = rule['type'] === 'monitor' ? 'monitor' : 'faulty_deployment_detection'
  const options = objectOf(rule, 'options')
  const { duration } = options
  const common = {
    name: textOf(rule, 'name') ?? '',
    dryRun: rule['dry_run'] === true,
    duration: typeof duration === 'number' ? duration * 1000 : USUAL_DURATION[type],
  }
  if (type === 'monitor') return { ...common, check: { type, query: queryOf(options, index) } }
  if (options['allowed_resources'] !== undefined && options['excluded_resources'] !== undefined) {
    throw invalid(index, 'allowed_resources and excluded_resources are mutually exclusive')
  }
  return { ...common, check: { type } }
}

function queryOf(options: Members, index: number): string {
  const query = textOf(options, 'query')
  if (query === undefined) throw invalid(index, 'query is required')
  try {
    parseQuery(query)
  } catch (error) {
    throw invalid(index, (error as Error).message)
  }
  return query
}

const invalid = (index: number, problem: string) =>
  new DatadogError(400, `invalid configuration: invalid rule at index ${index}: ${problem}`)
