import { cut } from '../../../../toolkit/text/cut.ts'
import { block } from '../../../../toolkit/text/markdown.ts'
import { attributesOf, type ResourceChange } from '../plan-json/changes.ts'
import { isUnder, pathText } from '../plan-json/json-values.ts'
import { HIDDEN, type Scrub, scrubValue } from '../plan-json/sensitive-values.ts'
import type { Shown } from '../plan-json/value-diff.ts'

const LONGEST = 300

/** The attributes of a change as a fenced diff of at most `most` lines. */
export function attributeBlock(change: ResourceChange, most: number, scrub: Scrub): string {
  const lines = attributeLines(change, most, scrub)
  return lines.length === 0 ? '_No attribute changes._' : block(lines.join('\n'), 'diff')
}

/** The attributes of a change as lines of a diff: `-` before, `+` after, with a mark on those that force a replacement. */
export function attributeLines(change: ResourceChange, most: number, scrub: Scrub): readonly string[] {
  const lines: string[] = []
  let left = 0
  for (const { path, before, after } of attributesOf(change.resource, (text) => scrub(text) === HIDDEN)) {
    if (lines.length >= most) {
      left++
      continue
    }
    const forces = change.forcedBy.some((forcing) => isUnder(path, forcing)) ? '   # forces replacement' : ''
    const name = pathText(path)
    if (before.kind !== 'absent') lines.push(`- ${name} = ${shownText(before, scrub)}`)
    if (after.kind !== 'absent') lines.push(`+ ${name} = ${shownText(after, scrub)}${forces}`)
    else if (forces !== '' && before.kind !== 'absent') lines[lines.length - 1] += forces
  }
  if (left > 0) lines.push(`# … and ${left} more attributes`)
  return lines
}

function shownText(shown: Shown, scrub: Scrub): string {
  if (shown.kind !== 'value') return WORDS[shown.kind]
  const json = JSON.stringify(scrubValue(shown.value, scrub))
  return json.length > LONGEST ? `${cut(json, LONGEST)} … (${json.length} characters)` : json
}

const WORDS = { absent: 'null', unknown: '(known after apply)', sensitive: '(sensitive)' } as const
