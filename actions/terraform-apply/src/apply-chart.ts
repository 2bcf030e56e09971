import { formatDuration } from '../../../toolkit/duration.ts'
import { block, details, text } from '../../../toolkit/markdown.ts'
import type { Operation } from './progress.ts'

const WIDTH = 40
const ROWS = 60

/** Who took how long, and what ran beside what: the longest operations, in the order they started. */
export function applyChart(operations: readonly Operation[]): string {
  if (operations.length === 0) return ''
  const start = Math.min(...operations.map(({ startedAt }) => startedAt))
  const end = Math.max(...operations.map(({ endedAt }) => endedAt))
  const longest = [...operations]
    .sort((a, b) => b.endedAt - b.startedAt - (a.endedAt - a.startedAt))
    .slice(0, ROWS)
    .sort((a, b) => a.startedAt - b.startedAt)
  const column = Math.max(...longest.map((operation) => label(operation).length))
  const scale = WIDTH / Math.max(1, end - start)
  const rows = longest.map((operation) => {
    const from = Math.min(WIDTH - 1, Math.floor((operation.startedAt - start) * scale))
    const size = Math.max(1, Math.min(WIDTH - from, Math.round((operation.endedAt - operation.startedAt) * scale)))
    const bar = (' '.repeat(from) + (operation.outcome === 'done' ? '█' : '░').repeat(size)).padEnd(WIDTH)
    return `${label(operation).padEnd(column)} ${bar} ${formatDuration(operation.endedAt - operation.startedAt)}`
  })
  const left = operations.length - longest.length
  if (left > 0) rows.push(`… and ${left} shorter ones`)
  const title = `${operations.length} operation${operations.length === 1 ? '' : 's'} in ${formatDuration(end - start)}`
  return details(text(title), block(rows.join('\n')))
}

const label = ({ address, action, outcome }: Operation) =>
  `${outcome === 'done' ? ' ' : '!'} ${action.padEnd(6)} ${address.length > 60 ? `${address.slice(0, 57)}…` : address}`
