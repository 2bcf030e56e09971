// The apply as a chart that GitHub draws (mermaid's gantt): who took how long, and what ran beside what.
import { formatDuration } from '../../../../toolkit/duration.ts'
import { block, heading, join, text } from '../../../../toolkit/markdown.ts'
import type { Operation } from '../terraform/apply-progress.ts'

/** More bars than these are no picture any more. */
const BARS = 40
/** Of an address; a longer one would leave no room for its bar. */
const LONGEST = 60

/** The longest operations, in the order they started, as bars over the time of day. */
export function applyChart(operations: readonly Operation[]): string {
  if (operations.length === 0) return ''
  const start = Math.min(...operations.map(({ startedAt }) => startedAt))
  const end = Math.max(...operations.map(({ endedAt }) => endedAt))
  const longest = [...operations].sort((a, b) => timeOf(b) - timeOf(a)).slice(0, BARS)
  const bars = longest.sort((a, b) => a.startedAt - b.startedAt).map(bar)
  const left = operations.length - longest.length
  return join(
    heading(4, `${operations.length} operation${operations.length === 1 ? '' : 's'} in ${formatDuration(end - start)}`),
    block(['gantt', 'dateFormat x', 'axisFormat %H:%M:%S', 'todayMarker off', ...bars].join('\n'), 'mermaid'),
    left > 0 ? text(`… and ${left} shorter ones.`) : '',
  )
}

const timeOf = ({ startedAt, endedAt }: Operation) => endedAt - startedAt

/** One line: what is done to whom and for how long, then from when to when. A bar without any length would not be drawn. */
function bar(operation: Operation): string {
  const { address, action, startedAt, endedAt, outcome } = operation
  const label = `${action} ${shortened(address)} (${outcome === 'done' ? '' : 'failed after '}${formatDuration(timeOf(operation))})`
  return `${harmless(label)} :${outcome === 'done' ? '' : 'crit, '}${startedAt}, ${Math.max(endedAt, startedAt + 1)}`
}

/** Both ends of an address tell more than its middle. */
const shortened = (address: string) =>
  address.length <= LONGEST ? address : `${address.slice(0, LONGEST / 2)}…${address.slice(1 - LONGEST / 2)}`

/**
 * A text that is nothing but text to mermaid. What means something in its grammar, or in HTML, is written with the character
 * that looks the same and is twice as wide.
 */
const harmless = (label: string) =>
  label.replace(/\s/g, ' ').replace(/[:;#%<>&{}`\\$]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
