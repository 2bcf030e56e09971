import type { Members, Request } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { isMuted } from './downtimes.ts'
import { Monitor, type MonitorSetup, type State } from './monitor.ts'
import { ALL, listOf, readWanted, writeMonitor } from './monitor-answer.ts'
import { parseQuery, type Searched } from './search-query.ts'

/** Default and maximum of `page_size`. */
const USUAL_PAGE = 100
const LARGEST_PAGE = 1000

/** Monitors and the states of their groups, as a scenario or a test sets them. */
export class Monitors {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #monitors: readonly Monitor[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Replaces all monitors. */
  replace(setups: readonly MonitorSetup[]): void {
    this.#monitors = setups.map((setup, index) => new Monitor(1001 + index, setup, this.#now()))
  }

  /** Sets the state of one group or of all groups of a monitor, by its id or name. Returns the groups whose state changed. */
  turn(which: string, state: State, group?: string): readonly string[] {
    const monitor = this.#monitors.find(({ id, settings }) => String(id) === which || settings.name === which)
    if (monitor === undefined) throw new DatadogError(404, `Monitor not found: ${which}`)
    const names = group === undefined ? [...monitor.groups.keys()] : [group]
    const changed = names.filter((name) => monitor.enter(name, state, this.#now()))
    if (changed.length > 0) for (const listener of this.#listeners) listener()
    return changed
  }

  /** Calls `listener` after each change of a state. Returns how to stop that. */
  onTurn(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The monitors that a search finds. */
  search(query: string): readonly Searched[] {
    return this.#monitors.map((monitor) => searchedOf(monitor, this.#now())).filter(parseQuery(query))
  }

  /** `GET /api/v1/monitor` */
  list({ url }: Request): RecordedAnswer {
    const ask = url.searchParams
    const wanted = readWanted(ask)
    const found = this.#monitors.filter(matchOf(ask))
    const page = pageOf(ask)
    const shown = page === undefined ? found : found.slice(page.number * page.size, (page.number + 1) * page.size)
    return {
      answer: json(
        200,
        shown.map((monitor) => writeMonitor(monitor, wanted, this.#now())),
      ),
      record: { monitors: shown.length, matched: found.length },
    }
  }

  /** `GET /api/v1/monitor/{id}` */
  get({ url }: Request, id: string): RecordedAnswer {
    const monitor = this.#monitors.find((one) => String(one.id) === id)
    if (monitor === undefined) throw new DatadogError(404, 'Monitor not found')
    const answer = writeMonitor(monitor, readWanted(url.searchParams), this.#now())
    return { answer: json(200, answer), record: { monitors: 1 } }
  }

  /** All monitors, for the control API. */
  all(): readonly Members[] {
    return this.#monitors.map((monitor) => writeMonitor(monitor, ALL, this.#now()))
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

const searchedOf = (monitor: Monitor, now: number): Searched => ({
  id: monitor.id,
  name: monitor.settings.name,
  type: monitor.settings.type,
  tags: monitor.settings.tags,
  status: monitor.overall,
  priority: monitor.settings.priority,
  muted: isMuted(monitor, now),
})

/** The filters `monitor_tags`, `name` and `id_offset`. */
function matchOf(ask: URLSearchParams): (monitor: Monitor) => boolean {
  const tags = listOf(ask.get('monitor_tags'))
  const name = (ask.get('name') ?? '').toLowerCase()
  const after = Number(ask.get('id_offset') ?? 0)
  return ({ id, settings }) =>
    id > after && tags.every((tag) => settings.tags.includes(tag)) && settings.name.toLowerCase().includes(name)
}

/** The page of the request; `undefined` for all monitors. */
function pageOf(ask: URLSearchParams): { readonly number: number; readonly size: number } | undefined {
  if (!ask.has('page') && !ask.has('id_offset')) return undefined
  const [number = 0, size = 0] = [ask.get('page') ?? 0, ask.get('page_size') ?? USUAL_PAGE].map(Number)
  if (!Number.isInteger(number) || !Number.isInteger(size) || number < 0 || size < 1) {
    throw new DatadogError(400, 'The value provided for parameter page or page_size is invalid')
  }
  return { number, size: Math.min(size, LARGEST_PAGE) }
}
