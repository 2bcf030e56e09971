import type { Clock } from '../../kernel/clock.ts'
import type { Monitors } from '../monitors/monitors.ts'
import { monitorProblem, NO_VERSION } from './reasons.ts'
import type { Rule, Verdict } from './rule.ts'

/** What is evaluated: a version of a service in an environment. */
export interface Subject {
  readonly service: string
  readonly env: string
  readonly version: string | undefined
}

/** A version whose errors or latency faulty deployment detection finds, some milliseconds after the evaluation began. */
export interface FaultyDeployment {
  readonly service?: string | undefined
  readonly env?: string | undefined
  readonly version: string
  readonly after: number
  readonly reason: string
}

interface World {
  readonly clock: Clock
  readonly monitors: Monitors
  readonly faulty: readonly FaultyDeployment[]
}

interface RuleState {
  readonly rule: Rule
  status: 'in_progress' | Verdict
  reason?: string | undefined
}

export interface RuleAnswer {
  readonly name: string
  readonly status: 'in_progress' | Verdict
  readonly reason?: string
  readonly dry_run: boolean
}

/** The evaluation of a gate's rules, which goes on until each has its verdict. */
export class Evaluation {
  readonly id: string
  readonly gateId: string
  readonly subject: Subject
  readonly dryRun: boolean
  readonly begun: number
  readonly #rules: readonly RuleState[]
  readonly #ended: (evaluation: Evaluation) => void

  constructor(
    about: { readonly id: string; readonly gateId: string; readonly subject: Subject; readonly dryRun: boolean },
    rules: readonly Rule[],
    world: World,
    ended: (evaluation: Evaluation) => void,
  ) {
    this.id = about.id
    this.gateId = about.gateId
    this.subject = about.subject
    this.dryRun = about.dryRun
    this.begun = world.clock.now()
    this.#rules = rules.map((rule) => ({ rule, status: 'in_progress' }))
    this.#ended = ended
    for (const state of this.#rules) this.#begin(state, world)
  }

  /** `fail` if a rule failed, `pass` once all have passed. A gate in dry run passes. */
  get status(): 'in_progress' | Verdict {
    const all = this.#rules.map(({ rule, status }) => (rule.dryRun && status === 'fail' ? 'pass' : status))
    if (all.includes('fail')) return this.dryRun ? 'pass' : 'fail'
    return all.includes('in_progress') ? 'in_progress' : 'pass'
  }

  /** The rules as the API shows them. A rule in dry run passes whatever it found. */
  rules(): readonly RuleAnswer[] {
    return this.#rules.map(({ rule, status, reason }) => {
      const shown = rule.dryRun && status === 'fail' ? 'pass' : status
      return {
        name: rule.name,
        status: shown,
        ...(shown === 'fail' && reason !== undefined ? { reason } : {}),
        dry_run: rule.dryRun,
      }
    })
  }

  /** Decides a rule, or all that are in progress. Returns the names of those that were. */
  decide(status: Verdict, reason?: string, name?: string): readonly string[] {
    const open = this.#rules.filter(
      (state) => state.status === 'in_progress' && (name ?? state.rule.name) === state.rule.name,
    )
    for (const state of open) this.#end(state, status, reason)
    return open.map(({ rule }) => rule.name)
  }

  #begin(state: RuleState, { clock, monitors, faulty }: World): void {
    const { result, check, duration } = state.rule
    const end = (after: number, status: Verdict, reason?: string) => {
      clock.after(after, () => this.#end(state, status, reason))
    }
    if (result !== undefined) end(result.after, result.status, result.reason)
    else if (check.type === 'monitor') this.#watch(state, check.query, clock, monitors)
    else if (this.subject.version === undefined) end(0, 'fail', NO_VERSION)
    else {
      const found = faulty.find((one) => this.#is(one) && one.after <= duration)
      if (found === undefined) end(duration, 'pass')
      else end(found.after, 'fail', found.reason)
    }
  }

  /** Fails the rule as soon as its monitors do. */
  #watch(state: RuleState, query: string, clock: Clock, monitors: Monitors): void {
    const look = () => {
      const problem = monitorProblem(monitors.search(query))
      if (problem !== undefined) this.#end(state, 'fail', problem)
    }
    const stop = monitors.onTurn(look)
    clock.after(0, look)
    clock.after(state.rule.duration, () => {
      stop()
      look()
      this.#end(state, 'pass')
    })
  }

  #is({ service, env, version }: FaultyDeployment): boolean {
    const { subject } = this
    return (
      (service ?? subject.service) === subject.service &&
      (env ?? subject.env) === subject.env &&
      version === subject.version
    )
  }

  /** Sets the verdict of a rule that has none yet. */
  #end(state: RuleState, status: Verdict, reason?: string): void {
    if (state.status !== 'in_progress') return
    const before = this.status
    state.status = status
    state.reason = reason
    if (before === 'in_progress' && this.status !== 'in_progress') this.#ended(this)
  }
}
