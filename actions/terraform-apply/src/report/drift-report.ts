import { code, heading, join, text } from '../../../../toolkit/markdown.ts'
import { truncateToBytes } from '../../../../toolkit/step.ts'
import type { Drift } from '../commands/drift.ts'
import type { Change } from '../plan-json/changes.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import { attributeBlock } from './attribute-block.ts'

/** An issue takes 65,536 characters. */
const LONGEST = 60_000
const MOST = 100

/** Drift as markdown: what was changed outside apart from what is not applied yet. */
export function driftReport(title: string, { outside, pending }: Drift, scrub: Scrub): string {
  if (outside.length + pending.length === 0) {
    return join(heading(3, text(`Drift: ${title}`)), 'None: the infrastructure is as the configuration says.')
  }
  const report = join(
    heading(3, text(`Drift: ${title}`)),
    section(
      'Changed outside Terraform',
      outside,
      'An apply takes these back, unless the configuration takes them over.',
      scrub,
    ),
    section('In the configuration, not applied yet', pending, 'An apply does these.', scrub),
  )
  return truncateToBytes(scrub(report), LONGEST)
}

function section(title: string, changes: readonly Change[], meaning: string, scrub: Scrub): string {
  if (changes.length === 0) return ''
  const blocks = changes
    .slice(0, MOST)
    .map((change) => join(`${code(scrub(change.address))}: ${change.kind}`, attributeBlock(change, 20, scrub)))
  const left = changes.length - blocks.length
  return join(heading(4, `${title} (${changes.length})`), meaning, ...blocks, left > 0 ? `_… and ${left} more._` : '')
}
