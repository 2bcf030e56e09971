import type { Datadog } from '../api/client.ts'
import { DatadogError, unreadableAnswer } from '../api/datadog-error.ts'
import { type KeepNames, type Monitor, type RawMonitor, readMonitor } from './monitor.ts'

/** The monitors that carry all of these tags. */
export type MonitorQuery = readonly string[]

/** What one query gave: the ids of its monitors, or why they could not be read. */
export interface QueryResult {
  readonly query: MonitorQuery
  readonly monitors: readonly number[]
  readonly error?: DatadogError
}

/** All monitors that the gate looks at, as they were at one moment. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  readonly monitors: readonly Monitor[]
  /** One for each query, in their order. */
  readonly results: readonly QueryResult[]
}

/** Small pages, to bound memory: only what the gate needs of each is kept. */
const PAGE_SIZE = 100
const MOST_PAGES = 1000

interface Moment {
  readonly now: number
  /** Milliseconds since the epoch; groups that triggered later are kept even if they are OK again. */
  readonly since: number
  /** The deadline of all calls, in milliseconds since the epoch. */
  readonly until: number
  readonly keepNames: KeepNames
}

/**
 * Reads the monitors of all queries, page by page. A monitor that several match is there once. A query that cannot be read
 * leaves its share of the time to the next ones, and its error in the results.
 * @throws DatadogError when no query can be read.
 */
export async function takeSnapshot(
  datadog: Datadog,
  queries: readonly MonitorQuery[],
  moment: Moment,
): Promise<Snapshot> {
  const monitors = new Map<number, Monitor>()
  const results: QueryResult[] = []
  for (const [index, query] of queries.entries()) {
    const until = moment.now + ((moment.until - moment.now) * (index + 1)) / queries.length
    const ids = new Set<number>()
    try {
      for await (const page of pages(datadog, query, until)) {
        for (const raw of page) {
          const monitor = readMonitor(raw, moment.now, Math.floor(moment.since / 1000), moment.keepNames)
          if (monitor === undefined) continue
          ids.add(monitor.id)
          monitors.set(monitor.id, monitor)
        }
      }
      results.push({ query, monitors: [...ids] })
    } catch (error) {
      if (!(error instanceof DatadogError)) throw error
      results.push({ query, monitors: [...ids], error })
    }
  }
  const [first] = results
  if (first?.error !== undefined && results.every(({ error }) => error !== undefined)) throw first.error
  return { takenAt: moment.now, monitors: [...monitors.values()], results }
}

/** The snapshot with, of the queries that it could not read, the monitors that the previous one has. */
export function completed(snapshot: Snapshot, previous: Snapshot | undefined): Snapshot {
  if (previous === undefined || snapshot.results.every(({ error }) => error === undefined)) return snapshot
  const known = new Map(previous.results.map(({ query, monitors }) => [query.join(), monitors]))
  const here = new Set(snapshot.monitors.map(({ id }) => id))
  const missing = new Set<number>()
  // The next snapshot may lack the same query: its result has those monitors, too.
  const results = snapshot.results.map((result): QueryResult => {
    if (result.error === undefined) return result
    const before = known.get(result.query.join()) ?? []
    for (const id of before) if (!here.has(id)) missing.add(id)
    return { ...result, monitors: [...new Set([...result.monitors, ...before])] }
  })
  const kept = previous.monitors.filter(({ id }) => missing.has(id))
  return { ...snapshot, results, monitors: [...snapshot.monitors, ...kept] }
}

async function* pages(datadog: Datadog, query: MonitorQuery, until: number): AsyncGenerator<readonly RawMonitor[]> {
  const seen = new Set<number>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const request = monitorsRequest(query, page)
    const answer = await datadog.call(request, until)
    if (!Array.isArray(answer)) throw unreadableAnswer(request.operation, 'it is not a list of monitors')
    yield answer as readonly RawMonitor[]
    // The last page is short. A page without a new monitor means that the server ignores `page`: stop.
    const before = seen.size
    for (const one of answer as readonly (RawMonitor | null)[]) if (one?.id !== undefined) seen.add(one.id)
    if (answer.length < PAGE_SIZE || seen.size === before) return
  }
}

/** What is asked for one page. */
export const monitorsRequest = (query: MonitorQuery, page: number) =>
  ({
    operation: `read the monitors tagged \`${query.join('`, `')}\``,
    method: 'GET',
    host: 'api',
    path: '/api/v1/monitor',
    keys: 'both',
    query: {
      monitor_tags: query.join(','),
      group_states: 'all',
      with_downtimes: 'true',
      page: String(page),
      page_size: String(PAGE_SIZE),
    },
  }) as const
