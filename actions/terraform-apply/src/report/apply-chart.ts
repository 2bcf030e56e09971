// The operations of an apply as a Mermaid gantt chart, which GitHub draws: how long each took, and which ran in parallel.

import { counted } from '../../../../toolkit/text/counted.ts'
import { cut } from '../../../../toolkit/text/cut.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { block, heading, join, text } from '../../../../toolkit/text/markdown.ts'
import type { Operation } from '../terraform/apply-progress.ts'

/** With more bars the chart cannot be read. */
const BARS = 40
/** Characters of an address; a longer one leaves no room for its bar. */
const LONGEST = 60

/** The longest operations as bars over the time of day, in the order they started; '' when there are none. */
export function applyChart(operations: readonly Operation[]): string {
  if (operations.length === 0) return ''
  const start = Math.min(...operations.map(({ startedAt }) => startedAt))
  const end = Math.max(...operations.map(({ endedAt }) => endedAt))
  const longest = [...operations].sort((a, b) => timeOf(b) - timeOf(a)).slice(0, BARS)
  const bars = longest.sort((a, b) => a.startedAt - b.startedAt).map(bar)
  const left = operations.length - longest.length
  return join(
    heading(4, `${counted(operations.length, 'operation')} in ${formatDuration(end - start)}`),
    block(['gantt', 'dateFormat x', 'axisFormat %H:%M:%S', 'todayMarker off', ...bars].join('\n'), 'mermaid'),
    left > 0 ? text(`… and ${left} shorter ones.`) : '',
  )
}

const timeOf = ({ startedAt, endedAt }: Operation) => endedAt - startedAt

/** One line: action, address and duration, then start and end. Mermaid does not draw a bar of length 0. */
function bar(operation: Operation): string {
  const { address, action, startedAt, endedAt, outcome } = operation
  const label = `${action} ${shortened(address)} (${outcome === 'done' ? '' : 'failed after '}${formatDuration(timeOf(operation))})`
  return `${escaped(label)} :${outcome === 'done' ? '' : 'crit, '}${startedAt}, ${Math.max(endedAt, startedAt + 1)}`
}

/** Leaves out the middle of a long address: its ends say more. */
const shortened = (address: string) =>
  address.length <= LONGEST
    ? address
    : `${cut(address, LONGEST / 2)}…${address.slice(1 - LONGEST / 2).replace(/^[\udc00-\udfff]/, '')}`

/** Replaces characters that Mermaid's grammar or HTML interprets by their full-width forms, which look the same. */
const escaped = (label: string) =>
  label.replace(/\s/g, ' ').replace(/[:;#%<>&{}`\\$]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
