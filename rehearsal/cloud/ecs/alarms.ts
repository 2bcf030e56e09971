import type { Scope } from '../kernel/call.ts'

/** What ECS needs from CloudWatch: whether an alarm is in ALARM during a deployment. */
export interface Alarms {
  /** `undefined` for an alarm that does not exist. */
  inAlarm(scope: Scope, name: string): boolean | undefined
  /** Calls `listener` when an alarm may have changed. Returns a function that unsubscribes. */
  onChange(listener: (scope: Scope, name: string) => void): () => void
}

/** Simulated alarms, set by a scenario, a test, or the cloud's own API. */
export class ManualAlarms implements Alarms {
  readonly #raised = new Map<string, boolean>()
  readonly #listeners = new Set<(scope: Scope, name: string) => void>()

  set(scope: Scope, name: string, inAlarm: boolean): void {
    this.#raised.set(key(scope, name), inAlarm)
    for (const listener of this.#listeners) listener(scope, name)
  }

  inAlarm(scope: Scope, name: string): boolean | undefined {
    return this.#raised.get(key(scope, name))
  }

  onChange(listener: (scope: Scope, name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

const key = ({ account, region }: Scope, name: string) => `${account}/${region}/${name}`
