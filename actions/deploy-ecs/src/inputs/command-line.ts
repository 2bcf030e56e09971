import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'

/**
 * Reads an input with a command: a JSON array (`["npm", "start"]`), or words as in a shell, with quotes and backslashes. Expands
 * no variables and runs no shell. `undefined` where the input is not set. @throws InputError
 */
export function readCommandLine(reader: InputReader, name: string): readonly string[] | undefined {
  const value = reader.text(name)
  if (value === undefined) return undefined
  return value.startsWith('[') ? fromJson(name, value) : words(name, value)
}

function fromJson(name: string, value: string): readonly string[] {
  const wrong = (cause?: unknown) =>
    new InputError(name, 'begins with `[` but is not a JSON array of strings.', {
      hint: 'Write for example `["npm", "run", "migrate"]`, or plain words: `npm run migrate`.',
      cause,
    })
  let parsed: unknown
  try {
    parsed = parseJson(value, `Input \`${name}\``)
  } catch (cause) {
    throw cause instanceof TooDeepError ? cause : wrong(cause)
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every((word) => typeof word === 'string')) throw wrong()
  return parsed
}

function words(name: string, value: string): readonly string[] {
  const found: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at)
    if (char === '\\' && quote !== "'" && at + 1 < value.length) word = (word ?? '') + value.charAt(++at)
    else if (char === quote) quote = undefined
    else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char
      word ??= ''
    } else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== undefined) {
    throw new InputError(name, `has a ${quote} that is never closed.`, {
      hint: 'Close it, or write the command as a JSON array: `["sh", "-c", "npm run migrate"]`.',
    })
  }
  if (word !== undefined) found.push(word)
  return found
}
