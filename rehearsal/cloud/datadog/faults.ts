import type { Request } from '../kernel/call.ts'
import type { FaultRule } from './scenario.ts'

/** Faults that a scenario injects into Datadog requests. */
export class Faults {
  #rules: { readonly rule: FaultRule; left: number }[] = []

  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times }))
  }

  /** The fault for this request, if any. Counts down its `times`. */
  take({ url }: Request): FaultRule | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && url.pathname.startsWith(rule.path))
    if (found !== undefined) found.left--
    return found?.rule
  }
}
