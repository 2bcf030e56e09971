import { block } from '../../../toolkit/markdown.ts'
import { attributesOf, type Change } from './changes.ts'
import { isUnder, pathText, type Shown } from './values.ts'

const LONGEST = 300

/** The attributes of a change as a fenced diff. */
export function attributeBlock(change: Change, most: number): string {
  const lines = attributeLines(change, most)
  return lines.length === 0 ? '_No attribute changes._' : block(lines.join('\n'), 'diff')
}

/** The attributes of a change as a diff: `-` before, `+` after, those that force a replacement marked. */
export function attributeLines(change: Change, most: number): readonly string[] {
  const lines: string[] = []
  let left = 0
  for (const { path, before, after } of attributesOf(change.resource)) {
    if (lines.length >= most) {
      left++
      continue
    }
    const forces = change.forcedBy.some((forcing) => isUnder(path, forcing)) ? '   # forces replacement' : ''
    const name = pathText(path)
    if (before.kind !== 'absent') lines.push(`- ${name} = ${shownText(before)}`)
    if (after.kind !== 'absent') lines.push(`+ ${name} = ${shownText(after)}${forces}`)
    else if (forces !== '' && before.kind !== 'absent') lines[lines.length - 1] += forces
  }
  if (left > 0) lines.push(`# … and ${left} more attributes`)
  return lines
}

function shownText(shown: Shown): string {
  if (shown.kind !== 'value') return WORDS[shown.kind]
  const json = JSON.stringify(shown.value)
  return json.length > LONGEST ? `${json.slice(0, LONGEST)} … (${json.length} characters)` : json
}

const WORDS = { absent: 'null', unknown: '(known after apply)', sensitive: '(sensitive)' } as const
