/** Values of arguments; `undefined` for one whose value is not known here. */
export type Values = ReadonlyMap<string, string | undefined>

/** Arguments that BuildKit sets. */
const AUTOMATIC = /^(TARGET|BUILD)(PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/

/**
 * Expands `$A`, `${A}` and `${A-b}`, also with `:-`, `+` and `:+`. `undefined` when a value is not known, or when the result has
 * syntax that is not supported here: it is never taken literally.
 */
export function expand(text: string, values: Values): string | undefined {
  const result = expandUntil(text, 0, values, false)
  return result === undefined || /[$"'\\]/.test(result.text) ? undefined : result.text
}

interface Expanded {
  readonly text: string
  /** Position after what was read. */
  readonly at: number
}

/** Expands from `at` to the end of the text or, inside braces, to the closing one. */
function expandUntil(text: string, at: number, values: Values, braced: boolean): Expanded | undefined {
  let done = ''
  while (at < text.length) {
    const character = text[at]
    if (braced && character === '}') return { text: done, at: at + 1 }
    if (character !== '$') {
      done += character
      at++
      continue
    }
    const value = expandVariable(text, at, values)
    if (value === undefined) return undefined
    done += value.text
    at = value.at
  }
  return braced ? undefined : { text: done, at }
}

function expandVariable(text: string, at: number, values: Values): Expanded | undefined {
  const [begin = '', plain, name, operator] =
    /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\}|(:?[-+])))/.exec(text.slice(at)) ?? []
  const key = plain ?? name
  if (key === undefined || (values.has(key) ? values.get(key) === undefined : AUTOMATIC.test(key))) return undefined
  const value = values.get(key)
  const after = at + begin.length
  if (operator === undefined) return value === undefined ? undefined : { text: value, at: after }
  const there = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  const close = closing(text, after)
  if (close === undefined) return undefined
  if (operator.endsWith('-') && there) return { text: value ?? '', at: close }
  if (operator.endsWith('+') && !there) return { text: '', at: close }
  return expandUntil(text, after, values, true)
}

/** Position after the brace that closes the open one. */
function closing(text: string, from: number): number | undefined {
  for (let at = from, open = 1; at < text.length; at++) {
    if (text[at] === '{') open++
    if (text[at] === '}' && --open === 0) return at + 1
  }
  return undefined
}
