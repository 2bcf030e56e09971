import { SlipwayError } from '../errors.ts'

/** More levels than any tool writes. Code that walks a value level by level has stack enough for these. */
export const MOST_LEVELS = 500

/** JSON with more levels than `MOST_LEVELS`. */
export class TooDeepError extends SlipwayError {}

/**
 * Parses JSON from outside. `what` names it in the error, such as: The file `task.json`.
 * @throws TooDeepError for too many levels, SyntaxError for what is not JSON.
 */
export function parseJson(text: string, what: string): unknown {
  refuseDeepJson(text, what)
  return JSON.parse(text)
}

/** @throws TooDeepError for JSON with too many levels of lists and objects. */
export function refuseDeepJson(text: string, what: string): void {
  let levels = 0
  // Not a regular expression: a long string would exhaust its stack.
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) at = endOfString(text, at)
    // `{` and `[` differ in one bit alone, and so do `}` and `]`.
    else if ((character | 0x20) === OPEN) levels += 1
    else if ((character | 0x20) === CLOSE) levels -= 1
    if (levels <= MOST_LEVELS) continue
    throw new TooDeepError(`${what} has JSON with more than ${MOST_LEVELS} levels of lists and objects.`, {
      hint: 'Check where it comes from: no tool writes JSON of that depth.',
    })
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d] as const

/** Where the string that starts at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - escapes - 1) === BACKSLASH) escapes += 1
    if (escapes % 2 === 0) return end
  }
  return text.length
}
