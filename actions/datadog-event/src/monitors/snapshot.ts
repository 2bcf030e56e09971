import type { Datadog } from '../api/client.ts'
import { unreadableAnswer } from '../api/datadog-error.ts'
import { type Monitor, type RawMonitor, readMonitor } from './monitor.ts'

/** The monitors that carry all of these tags. */
export type MonitorQuery = readonly string[]

/** All monitors that the gate looks at, as they were at one moment. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  readonly monitors: readonly Monitor[]
  /** Queries that matched no monitor. */
  readonly unmatched: readonly MonitorQuery[]
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
}

/** Reads the monitors of all queries, page by page. A monitor that several match is there once. */
export async function takeSnapshot(
  datadog: Datadog,
  queries: readonly MonitorQuery[],
  moment: Moment,
): Promise<Snapshot> {
  const monitors = new Map<number, Monitor>()
  const unmatched: MonitorQuery[] = []
  for (const query of queries) {
    let matched = 0
    for await (const page of pages(datadog, query, moment.until)) {
      for (const raw of page) {
        const monitor = readMonitor(raw, moment.now, Math.floor(moment.since / 1000))
        if (monitor === undefined) continue
        matched++
        monitors.set(monitor.id, monitor)
      }
    }
    if (matched === 0) unmatched.push(query)
  }
  return { takenAt: moment.now, monitors: [...monitors.values()], unmatched }
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
    for (const { id } of answer as readonly RawMonitor[]) if (id !== undefined) seen.add(id)
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

export const noMatch = (query: MonitorQuery): string => `No monitor has the tags \`${query.join('`, `')}\`.`
