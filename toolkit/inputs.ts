import { InputError } from './errors.ts'
import { formatDuration } from './text/duration.ts'
import { readEntries, readFields } from './text/entries.ts'
import { parseJson, TooDeepError } from './text/json.ts'

/** `key=value`, as users write it on a line of an input. */
export interface Pair {
  readonly key: string
  readonly value: string
}

// The runner's own rule: upper case, spaces become underscores, hyphens stay.
const envName = (input: string): string => `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`

/**
 * Inputs that may not be given empty, each with the text that stands for what the action does without it. That is the default in
 * action.yml: the runner gives an input that was left out its default, and an expression without a value as ''. Only so can the
 * two be told apart.
 */
export type DefaultWords = Readonly<Record<string, string>>

/**
 * Reads an action's inputs from the environment that the runner gives it. Each reader gives a typed value, or throws an
 * InputError that names the input, says what was found, and what to write instead. Values of inputs marked secret are
 * never repeated in an error.
 */
export class InputReader {
  readonly #env: Readonly<Record<string, string | undefined>>
  readonly #words: DefaultWords

  /** @throws InputError when an input of `words` is given and empty: an expression that came to nothing is no choice. */
  constructor(env: Readonly<Record<string, string | undefined>>, words: DefaultWords = {}) {
    this.#env = env
    this.#words = words
    for (const [name, word] of Object.entries(words)) if (env[envName(name)]?.trim() === '') throw isEmpty(name, word)
  }

  /** The text, trimmed; `undefined` when empty or not given. */
  text(name: string): string | undefined {
    const value = this.raw(name).trim()
    return value === '' ? undefined : value
  }

  /** The text exactly as given, '' when not given or its default word. For secrets and documents, where white space may matter. */
  raw(name: string): string {
    const value = this.#env[envName(name)] ?? ''
    return value.trim() === this.#words[name] ? '' : value
  }

  /** Text that must be there. `example` shows what to write. */
  required(name: string, example: string): string {
    const value = this.text(name)
    if (value === undefined) {
      throw new InputError(name, 'is missing.', {
        hint: `Set it under \`with:\`, for example \`${name}: ${example}\`.`,
      })
    }
    return value
  }

  /** One of a few words. */
  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    return this.optionalChoice(name, choices, `Use one of these; without the input it is \`${fallback}\`.`) ?? fallback
  }

  /** One of a few words, or `undefined` when empty or not given. */
  optionalChoice<const T extends string>(
    name: string,
    choices: readonly T[],
    hint = 'Use one of these, or leave the input out.',
  ): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const match = choices.find((choice) => choice === value)
    if (match === undefined) {
      throw new InputError(name, `is \`${value}\`, which is none of ${choices.map((c) => `\`${c}\``).join(', ')}.`, {
        hint: closest(value, choices) ?? hint,
      })
    }
    return match
  }

  /** true or false, as YAML 1.2 writes them. */
  flag(name: string, fallback: boolean, hint = 'Write `true` or `false`.'): boolean {
    const value = this.text(name)
    if (value === undefined) return fallback
    if (/^(true|True|TRUE)$/.test(value)) return true
    if (/^(false|False|FALSE)$/.test(value)) return false
    throw new InputError(name, `is \`${value}\`, which is neither true nor false.`, { hint })
  }

  /** A whole number within bounds. */
  integer(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (!/^-?\d+$/.test(value) || number < bounds.min || number > bounds.max) {
      throw new InputError(name, `is \`${value}\`, which is not a whole number from ${bounds.min} to ${bounds.max}.`, {
        hint: `Write a number such as \`${Math.max(bounds.min, Math.min(bounds.max, 10))}\`.`,
      })
    }
    return number
  }

  /** A length of time such as `90s`, `10m`, `1h 30m`, at most `max`; gives milliseconds. */
  duration(name: string, fallbackMs: number, { max = Infinity }: { readonly max?: number } = {}): number {
    const value = this.text(name)
    if (value === undefined) return fallbackMs
    const match = /^(?:(\d+)\s*h)?\s*(?:(\d+)\s*m)?\s*(?:(\d+)\s*s)?$/.exec(value)
    const [hours, minutes, seconds] = (match?.slice(1) ?? []).map((part) => Number(part ?? 0))
    const ms = 1000 * ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0))
    if (match === null || ms === 0) {
      throw new InputError(name, `is \`${value}\`, which is not a duration.`, {
        hint: 'Write it with its units, for example `90s`, `10m` or `1h 30m`.',
      })
    }
    if (ms > max) {
      throw new InputError(name, `is \`${value}\`, which is more than ${formatDuration(max)}.`, {
        hint: 'Write a shorter one, for example `90s`.',
      })
    }
    return ms
  }

  /**
   * Items separated by commas or new lines, trimmed; empty ones and whole-line `#` comments dropped. Also a list as YAML or JSON
   * writes it: `- item` lines, `[a, b]`, `["a", "b"]`. There, and in double quotes, an item may contain a comma.
   */
  list(name: string): readonly string[] {
    const text = this.raw(name).trim()
    const items = text.startsWith('[') ? readBrackets(name, text) : this.lines(name).flatMap(readItems)
    return this.#unlessEmptied(
      name,
      items.filter((item) => item !== ''),
    )
  }

  /** Lines, trimmed; empty ones and `#` comments dropped. For items that may contain commas. */
  lines(name: string): readonly string[] {
    const lines = this.raw(name)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
    return this.#unlessEmptied(name, lines)
  }

  /** Lines as above, where one in double quotes may have several lines, and `""` in it is one quote. */
  entries(name: string): readonly string[] {
    const entries = readEntries(this.raw(name)).filter(({ text, quoted }) => quoted || !text.startsWith('#'))
    return this.#unlessEmptied(
      name,
      entries.map(({ text }) => text),
    )
  }

  /** @throws InputError for a list that is given and has no item, such as a comma between two expressions without a value. */
  #unlessEmptied(name: string, items: readonly string[]): readonly string[] {
    const word = this.#words[name]
    if (items.length === 0 && word !== undefined && this.raw(name) !== '') throw isEmpty(name, word)
    return items
  }

  /**
   * Refuses inputs that another action has and this one has not, each with what to do instead. The runner hands over what
   * action.yml does not declare with no more than a warning, and what was asked for would be dropped in silence.
   * @param harmless values that ask for nothing there either.
   */
  refuse(hints: Readonly<Record<string, string>>, harmless: readonly string[] = ['false']): void {
    for (const [name, hint] of Object.entries(hints)) {
      const value = this.text(name)
      if (value !== undefined && !harmless.includes(value)) {
        throw new InputError(name, 'is not one of this action.', { hint })
      }
    }
  }

  /** Entries of `key=value`. A value may be empty and may contain `=`. With `secret`, bad entries are counted, not shown. */
  pairs(name: string, options: { readonly secret?: boolean } = {}): readonly Pair[] {
    return this.entries(name).map((line, index) => {
      const at = line.indexOf('=')
      const found = options.secret ? `entry ${index + 1}` : `\`${line}\``
      if (at < 1) {
        throw new InputError(name, `is malformed: ${found} is not of the form key=value.`, {
          hint: 'Write one `key=value` on each line.',
        })
      }
      if (/^["']/.test(line)) {
        throw new InputError(name, `is malformed: ${found} has a quote before its key.`, {
          hint: 'Write `key=value` without quotes, or `"key=value"`: both double quotes around the whole entry, and each one in it twice.',
        })
      }
      return { key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }
    })
  }
}

/** The items of one line: `- item` as YAML has it, else separated by commas. */
function readItems(line: string): readonly string[] {
  const item = /^-\s+(.*)$/.exec(line)?.[1]
  return item === undefined ? readFields(line).map(({ text }) => text) : [unquoted(item)]
}

/** A list in brackets: JSON, or a flow sequence of YAML, whose items need no quotes. @throws InputError */
function readBrackets(name: string, text: string): readonly string[] {
  const hint = 'Write `["a", "b"]`, or one item on each line.'
  let list: unknown
  try {
    list = parseJson(text, `Input \`${name}\``)
  } catch (error) {
    if (error instanceof TooDeepError) throw error
    if (!text.endsWith(']'))
      throw new InputError(name, 'begins as a list, with `[`, and does not end as one.', { hint })
    return text.slice(1, -1).split(/[,\n]/).map(unquoted)
  }
  return (list as readonly unknown[]).map((item) => {
    if (typeof item === 'object') throw new InputError(name, 'has an item that is not text.', { hint })
    return String(item).trim()
  })
}

const unquoted = (item: string): string => item.trim().replace(/^(["'])(.*)\1$/, '$2')

const isEmpty = (name: string, word: string) =>
  new InputError(name, 'is empty.', {
    hint: `Its expression has no value, such as an output that an earlier step or job did not set. Fix the expression, leave the input out, or write \`${word}\`.`,
  })

/** A hint for a slip of the keyboard: the choice that differs only in case, hyphens or a few letters. */
function closest(value: string, choices: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const match = choices.find(
    (choice) => plain(choice) === plain(value) || (value.length > 2 && plain(choice).startsWith(plain(value))),
  )
  return match === undefined ? undefined : `Did you mean \`${match}\`?`
}
