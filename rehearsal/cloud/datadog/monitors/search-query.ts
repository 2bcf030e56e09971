// Datadog's search syntax for monitors: terms, AND, OR, NOT, parentheses, quotes and `*`.
import { DatadogError } from '../http/answers.ts'

/** What of a monitor a query can ask for. */
export interface Searched {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly tags: readonly string[]
  readonly status: string
  readonly priority: number | null
  readonly muted: boolean
}

export type Query = (monitor: Searched) => boolean

/** @throws DatadogError for a query that Datadog, or this simulation, does not understand. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text)
  if (tokens.length === 0) return () => true
  const parser = new Parser(tokens)
  const query = parser.either(undefined)
  parser.end()
  return query
}

type Token =
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'NOT' }
  | { readonly kind: 'word'; readonly text: string; readonly field?: string }

const TOKEN = /\s*(?:([()])|(AND|OR|NOT)(?=[\s()]|$)|([-!])|(?:([A-Za-z_]+):)?(?:"([^"]*)"|(?=\()|([^\s()"]+)))/y

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  const trimmed = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(trimmed)
    if (match === null) throw wrong(`unexpected '${trimmed.slice(at).trim()}'`)
    const [, bracket, operator, minus, field, quoted, bare] = match
    if (bracket === '(' || bracket === ')') tokens.push({ kind: bracket })
    else if (operator === 'AND' || operator === 'OR' || operator === 'NOT') tokens.push({ kind: operator })
    else if (minus !== undefined) tokens.push({ kind: 'NOT' })
    else tokens.push({ kind: 'word', text: quoted ?? bare ?? '', ...(field === undefined ? {} : { field }) })
  }
  return tokens
}

/** Reads tokens by precedence: OR below AND below NOT. `field` is the one in front of a group, as in `status:(alert OR warn)`. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  either(field: string | undefined): Query {
    const parts = [this.#all(field)]
    while (this.#take('OR')) parts.push(this.#all(field))
    return (monitor) => parts.some((part) => part(monitor))
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw wrong("unexpected ')'")
  }

  #all(field: string | undefined): Query {
    const parts = [this.#one(field)]
    while (this.#take('AND') || this.#startsTerm()) parts.push(this.#one(field))
    return (monitor) => parts.every((part) => part(monitor))
  }

  #one(field: string | undefined): Query {
    if (this.#take('NOT')) {
      const query = this.#one(field)
      return (monitor) => !query(monitor)
    }
    if (this.#take('(')) return this.#group(field)
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'word') throw wrong('a term is missing')
    this.#at++
    if (token.text === '' && token.field !== undefined && this.#take('(')) return this.#group(token.field)
    return term(
      field ?? token.field,
      field === undefined || token.field === undefined ? token.text : `${token.field}:${token.text}`,
    )
  }

  #group(field: string | undefined): Query {
    const query = this.either(field)
    if (!this.#take(')')) throw wrong("')' is missing")
    return query
  }

  #startsTerm(): boolean {
    const kind = this.#tokens[this.#at]?.kind
    return kind === 'word' || kind === '(' || kind === 'NOT'
  }

  #take(kind: Token['kind']): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false
    this.#at++
    return true
  }
}

const STATUSES = ['alert', 'warn', 'no data', 'ok', 'ignored', 'skipped', 'unknown']

/** One term; a field that is none of Datadog's own is the key of a tag. */
function term(field: string | undefined, value: string): Query {
  const matches = wildcard(value)
  const lower = value.toLowerCase()
  switch (field) {
    case undefined:
      return ({ name }) => name.toLowerCase().includes(lower)
    case 'title':
      return ({ name }) => matches(name)
    case 'id':
      return ({ id }) => String(id) === value
    case 'tag':
      return ({ tags }) => tags.some(matches)
    case 'type':
      return ({ type }) => matches(type.replace(/ (alert|check)$/, '').replace(/^query$/, 'metric'))
    case 'muted':
      return ({ muted }) => String(muted) === lower
    case 'status':
      if (!STATUSES.includes(lower)) throw wrong(`'${value}' is not a valid monitor status`)
      return ({ status }) => status.toLowerCase() === lower
    case 'priority':
      if (!/^p?[1-5]$/.test(lower)) throw wrong(`'${value}' is not a valid monitor priority`)
      return ({ priority }) => priority === Number(lower.replace('p', ''))
    case 'group':
    case 'group_status':
    case 'metric':
    case 'notification':
    case 'scope':
    case 'triggered':
      throw new DatadogError(400, `The rehearsal's Datadog does not search by '${field}'`)
    default:
      return ({ tags }) => tags.some(wildcard(`${field}:${value}`))
  }
}

/** Compares with a text in which `*` stands for any text. */
function wildcard(wanted: string): (text: string) => boolean {
  const parts = wanted.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'i')
  return (text) => pattern.test(text)
}

const wrong = (problem: string) => new DatadogError(400, `Query parsing error: ${problem}`)
