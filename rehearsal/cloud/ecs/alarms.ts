import type { Scope } from '../kernel/call.ts'

/** What ECS asks of CloudWatch: whether an alarm is raised, while a deployment that names it is under way. */
export interface Alarms {
  /** `undefined` for an alarm that does not exist. */
  inAlarm(scope: Scope, name: string): boolean | undefined
  /** Calls `listener` whenever an alarm may have changed; returns how to stop that. */
  onChange(listener: (scope: Scope, name: string) => void): () => void
}

/** Alarms that are raised by hand: by a scenario, by a test, or through the cloud's own admin page. */
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
