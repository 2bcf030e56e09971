import type { Request } from '../kernel/call.ts'
import type { FaultRule } from './scenario.ts'

/** What goes wrong with requests, on purpose, as often as a scenario says. */
export class Faults {
  #rules: { readonly rule: FaultRule; left: number }[] = []

  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times }))
  }

  /** The fault that befalls this request, if any; it is used up by that. */
  take({ url }: Request): FaultRule | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && url.pathname.startsWith(rule.path))
    if (found !== undefined) found.left--
    return found?.rule
  }
}
