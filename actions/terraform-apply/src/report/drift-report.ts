import { truncateToBytes } from '../../../../toolkit/step.ts'
import { code, heading, join, text } from '../../../../toolkit/text/markdown.ts'
import type { ResourceChange } from '../plan-json/changes.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import type { Drift } from '../review/drift.ts'
import { attributeBlock } from './attribute-block.ts'

/** In bytes; GitHub allows an issue 65,536 characters. */
const LONGEST = 60_000
const MOST = 100

/** Drift as markdown: changes outside Terraform, and changes that are not applied yet. */
export function driftReport(title: string, { outside, pending }: Drift, scrub: Scrub): string {
  if (outside.length + pending.length === 0) {
    return join(heading(3, text(`Drift: ${title}`)), 'None: the infrastructure matches the configuration.')
  }
  const report = join(
    heading(3, text(`Drift: ${title}`)),
    section(
      'Changed outside Terraform',
      outside,
      'An apply reverts these, unless you take them over into the configuration.',
      scrub,
    ),
    section('In the configuration, not applied yet', pending, 'An apply makes these changes.', scrub),
  )
  return truncateToBytes(scrub(report), LONGEST)
}

function section(title: string, changes: readonly ResourceChange[], meaning: string, scrub: Scrub): string {
  if (changes.length === 0) return ''
  const blocks = changes
    .slice(0, MOST)
    .map((change) => join(`${code(scrub(change.address))}: ${change.kind}`, attributeBlock(change, 20, scrub)))
  const left = changes.length - blocks.length
  return join(heading(4, `${title} (${changes.length})`), meaning, ...blocks, left > 0 ? `_… and ${left} more._` : '')
}
