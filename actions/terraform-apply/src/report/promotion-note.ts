import { counted } from '../../../../toolkit/text/counted.ts'
import { ellipsis } from '../../../../toolkit/text/cut.ts'
import { code, details, table, text } from '../../../../toolkit/text/markdown.ts'
import type { PromotionDifference } from '../review/promotion.ts'

const MOST = 50

/** The differences from the other environment as a table; one sentence when there are none. */
export function promotionNote(found: readonly PromotionDifference[], there: string): string {
  const from = there === '' ? 'the other environment' : there
  if (found.length === 0) return `✅ Same as ${text(from)}, except for keys, sizes and counts.`
  const rows = found
    .slice(0, MOST)
    .map(({ address, path, here, there: was }) => [
      code(address),
      path === '' ? '' : code(path),
      code(cut(was)),
      code(cut(here)),
    ])
  const left = found.length - rows.length
  const more = left > 0 ? `\n\n_… and ${left} more._` : ''
  const title = `⚠️ ${counted(found.length, 'difference')} from ${text(from)} beyond keys, sizes and counts`
  return details(title, table(['Resource', 'Attribute', `In ${text(from)}`, 'Here'], rows) + more)
}

const cut = (value: string) => ellipsis(value, 80)
