import type { Members, Request } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { readBody } from '../http/body.ts'
import { checkSettings } from './check.ts'
import { monitorsIn } from './condition.ts'
import { isMuted } from './downtimes.ts'
import { Monitor, type MonitorSetup, type State } from './monitor.ts'
import { ALL, listOf, readWanted, SETTINGS, writeMonitor } from './monitor-answer.ts'
import { answerSearch } from './search.ts'
import { parseQuery, type Searched } from './search-query.ts'
import { newSettings, updatedSettings } from './settings.ts'

/** Default and maximum of `page_size`. */
const USUAL_PAGE = 100
const LARGEST_PAGE = 1000

/** Monitors and the states of their groups, as a scenario or a test sets them. */
export class Monitors {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #monitors: readonly Monitor[] = []
  #lastId = 1000

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Replaces all monitors. */
  replace(setups: readonly MonitorSetup[]): void {
    this.#monitors = setups.map((setup, index) => new Monitor(1001 + index, setup, this.#now()))
    this.#lastId = 1000 + setups.length
  }

  /** Sets the state of one group or of all groups of a monitor, by its id or name. Returns the groups whose state changed. */
  turn(which: string, state: State, group?: string): readonly string[] {
    const monitor = this.#monitors.find(({ id, settings }) => String(id) === which || settings.name === which)
    if (monitor === undefined) throw new DatadogError(404, `Monitor not found: ${which}`)
    const names = group === undefined ? monitor.groupNames() : [group]
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

  /** `GET /api/v1/monitor/search` */
  answerSearch({ url }: Request): RecordedAnswer {
    const all = this.#monitors.map((monitor) => ({ monitor, searched: searchedOf(monitor, this.#now()) }))
    return {
      answer: json(200, answerSearch(all, url.searchParams)),
      record: { searched: url.searchParams.get('query') },
    }
  }

  /** `POST /api/v1/monitor` */
  create(request: Request): RecordedAnswer {
    const settings = newSettings(readBody(request))
    checkSettings(settings)
    const setup = { settings, groups: {}, silenced: {}, downtimes: [] }
    const monitor = new Monitor(++this.#lastId, setup, this.#now())
    this.#monitors = [...this.#monitors, monitor]
    return this.#changed('create', monitor)
  }

  /** `PUT /api/v1/monitor/{id}` */
  update(request: Request, id: string): RecordedAnswer {
    const monitor = this.#find(id)
    const settings = updatedSettings(monitor.settings, readBody(request))
    checkSettings(settings)
    monitor.settings = settings
    monitor.modified = this.#now()
    return this.#changed('update', monitor)
  }

  /** `DELETE /api/v1/monitor/{id}` */
  remove({ url }: Request, id: string): RecordedAnswer {
    const monitor = this.#find(id)
    const [problem] = url.searchParams.get('force') === 'true' ? [] : this.#usersOf(id)
    if (problem !== undefined) throw new DatadogError(400, problem)
    this.#monitors = this.#monitors.filter((one) => one !== monitor)
    const record = { monitor: { id: monitor.id, name: monitor.settings.name }, change: 'delete' }
    return { answer: json(200, { deleted_monitor_id: monitor.id }), record }
  }

  /** `GET /api/v1/monitor/can_delete` */
  canDelete({ url }: Request): RecordedAnswer {
    const ids = listOf(url.searchParams.get('monitor_ids'))
    const users = ids.map((id) => [String(this.#find(id).id), this.#usersOf(id)] as const)
    const used = users.filter(([, problems]) => problems.length > 0)
    const ok = users.filter(([, problems]) => problems.length === 0).map(([id]) => Number(id))
    const body = { data: { ok }, errors: used.length === 0 ? null : Object.fromEntries(used) }
    return { answer: json(used.length === 0 ? 200 : 409, body), record: { monitors: ids.length } }
  }

  /** `POST /api/v1/monitor/validate`, and of an existing monitor. */
  validate(request: Request, id?: string): RecordedAnswer {
    if (id !== undefined) this.#find(id)
    checkSettings(newSettings(readBody(request)))
    return { answer: json(200, {}), record: { validated: true } }
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
    const monitor = this.#find(id)
    const answer = writeMonitor(monitor, readWanted(url.searchParams), this.#now())
    return { answer: json(200, answer), record: { monitors: 1 } }
  }

  /** All monitors, for the control API. */
  all(): readonly Members[] {
    return this.#monitors.map((monitor) => writeMonitor(monitor, ALL, this.#now()))
  }

  #find(id: string): Monitor {
    const monitor = this.#monitors.find((one) => String(one.id) === id)
    if (monitor === undefined) throw new DatadogError(404, 'Monitor not found')
    return monitor
  }

  /** Why a monitor must stay: the composites that need it. */
  #usersOf(id: string): readonly string[] {
    return this.#monitors
      .filter(({ settings: { type, query } }) => monitorsIn(type, query).includes(id))
      .map((user) => `monitor [${id}] is referenced in composite monitors: [${user.id}]`)
  }

  #changed(change: string, monitor: Monitor): RecordedAnswer {
    const record = { monitor: { id: monitor.id, name: monitor.settings.name }, change }
    return { answer: json(200, writeMonitor(monitor, SETTINGS, this.#now())), record }
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
