import type { Clock, Timer } from '../kernel/clock.ts'
import type { Entry, Journal } from '../kernel/journal.ts'
import type { Monitors } from './monitors/monitors.ts'
import { type MonitorChange, type Scenario, setupOf } from './scenario.ts'

type Trigger = MonitorChange['on']

/** Runs a Datadog scenario: changes monitors at their time, or after a deploy or event. */
export class ScenarioPlayer {
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #monitors: Monitors
  #scenario: Pick<Scenario, 'monitors'> = { monitors: [] }
  #timers: Timer[] = []
  #counts = new Map<string, number>()

  constructor(clock: Clock, journal: Journal, monitors: Monitors) {
    this.#clock = clock
    this.#journal = journal
    this.#monitors = monitors
    journal.follow((entry) => this.#onJournalEntry(entry))
  }

  /** Starts a scenario, and ends the previous one. */
  play(scenario: Scenario): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers = []
    this.#counts = new Map()
    this.#scenario = scenario
    this.#monitors.replace(scenario.monitors.map((monitor) => setupOf(monitor, Math.floor(this.#clock.now() / 1000))))
    this.#schedule('start')
  }

  #onJournalEntry(entry: Entry): void {
    if (
      entry.type === 'api' &&
      entry['service'] === 'ecs' &&
      entry['action'] === 'UpdateService' &&
      entry['outcome'] === 'ok'
    ) {
      this.#schedule('deploy', serviceOf(entry))
    }
    if (entry.type === 'datadog' && entry['event'] !== undefined && entry['outcome'] === 'ok') this.#schedule('event')
  }

  #schedule(trigger: Trigger, service?: string): void {
    const count = (of: string) => {
      const next = (this.#counts.get(of) ?? 0) + 1
      this.#counts.set(of, next)
      return next
    }
    const nth = { all: count(trigger), ofService: count(`${trigger} ${service}`) }
    for (const { name, changes } of this.#scenario.monitors) {
      for (const change of changes) {
        if (change.on !== trigger || (change.service !== undefined && change.service !== service)) continue
        if (change.nth !== undefined && change.nth !== (change.service === undefined ? nth.all : nth.ofService))
          continue
        this.#timers.push(this.#clock.after(change.after ?? 0, () => this.#turn(name, change)))
      }
    }
  }

  #turn(monitor: string, { state, group }: MonitorChange): void {
    const groups = this.#monitors.turn(monitor, state, group)
    if (groups.length > 0) this.#journal.write({ type: 'monitor', monitor, state, groups })
  }
}

function serviceOf({ request }: Entry): string | undefined {
  const named = typeof request === 'object' && request !== null ? (request as { service?: unknown }).service : undefined
  // The request has the name or the ARN.
  return typeof named === 'string' ? named.slice(named.lastIndexOf('/') + 1) : undefined
}
