// `GET /api/v1/monitor/search`
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { type Monitor, STATES, type State } from './monitor.ts'
import { parseQuery, type Searched } from './search-query.ts'

interface Found {
  readonly monitor: Monitor
  readonly searched: Searched
}

const USUAL_PAGE = 30

/** The monitors that a search finds, counted, sorted and cut into pages. */
export function answerSearch(all: readonly Found[], ask: URLSearchParams): Members {
  const matches = parseQuery(ask.get('query') ?? '')
  const found = all.filter(({ searched }) => matches(searched)).sort(orderOf(ask.get('sort') ?? 'name,asc'))
  const [page, perPage] = [wholeOf(ask, 'page', 0), wholeOf(ask, 'per_page', USUAL_PAGE)]
  return {
    counts: {
      status: count(found.map(({ searched }) => searched.status)),
      muted: count(found.map(({ searched }) => searched.muted)),
      tag: count(found.flatMap(({ searched }) => searched.tags)),
      type: count(found.map(({ searched }) => classOf(searched))),
    },
    metadata: { total_count: found.length, page_count: Math.ceil(found.length / perPage), page, per_page: perPage },
    monitors: found.slice(page * perPage, (page + 1) * perPage).map(write),
  }
}

function write({ monitor, searched }: Found): Members {
  const { id, name, type, tags, status, priority } = searched
  const { query, message, restricted_roles } = monitor.settings
  const triggered = [...monitor.groups.values()].map((group) => group.triggered ?? 0)
  const handles = message.match(/@[\w.+-]+/g) ?? []
  return {
    id,
    org_id: 1,
    name,
    type,
    classification: classOf(searched),
    query,
    status,
    tags,
    priority,
    restricted_roles: restricted_roles ?? [],
    scopes: [...query.matchAll(/\{([^{}]*)\}/g)].map(([, scope = '']) => scope).slice(0, 1),
    metrics: [...query.matchAll(/:([A-Za-z][\w.]*)\{/g)].map(([, metric = '']) => metric),
    notifications: handles.map((handle) => ({ handle: handle.slice(1), name: handle.slice(1) })),
    last_triggered_ts: Math.max(0, ...triggered) || null,
    muted_until_ts: null,
  }
}

/** `metric` for metric and query alerts; else the type without its last word. */
const classOf = ({ type }: Searched) =>
  type === 'query alert' || type === 'metric alert' ? 'metric' : type.replace(/ (alert|check)$/, '')

/** How often each value is there, the most frequent first. */
function count(values: readonly (string | boolean)[]): readonly object[] {
  const counts = new Map<string | boolean, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .map(([name, times]) => ({ name, count: times }))
    .sort((a, b) => b.count - a.count || String(a.name).localeCompare(String(b.name)))
}

function orderOf(sort: string): (a: Found, b: Found) => number {
  const [field = '', direction = 'asc'] = sort.split(',')
  const by = FIELDS[field]
  if (by === undefined || !['asc', 'desc'].includes(direction)) throw invalid('sort')
  const sign = direction === 'asc' ? 1 : -1
  return (a, b) =>
    sign * (by(a.searched).localeCompare(by(b.searched)) || a.searched.name.localeCompare(b.searched.name))
}

const FIELDS: Readonly<Record<string, (monitor: Searched) => string>> = {
  name: ({ name }) => name,
  tags: ({ tags }) => [...tags].sort().join(),
  status: ({ status }) => String(STATES.indexOf(status as State)),
}

function wholeOf(ask: URLSearchParams, name: string, usual: number): number {
  const value = Number(ask.get(name) ?? usual)
  if (!Number.isInteger(value) || value < 0 || (name === 'per_page' && value === 0)) throw invalid(name)
  return value
}

const invalid = (name: string) => new DatadogError(400, `The value provided for parameter '${name}' is invalid`)
