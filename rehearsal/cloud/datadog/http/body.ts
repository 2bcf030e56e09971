import type { Members, Request } from '../../kernel/call.ts'
import { DatadogError } from './answers.ts'

/** Reads a request's body as a JSON object, or refuses it as Datadog does. */
export function readBody({ body }: Request): Members {
  if (body.length > LARGEST) throw new DatadogError(413, 'Payload too large')
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (isObject(value)) return value
  } catch {
    // Handled below.
  }
  throw new DatadogError(400, 'Payload is not in the expected format: invalid JSON')
}

const LARGEST = 5 * 1024 * 1024

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object at `path`, such as `data.attributes`. Refuses a body without it. */
export function objectAt(value: Members, path: string): Members {
  let at: unknown = value
  for (const name of path.split('.')) at = isObject(at) ? at[name] : undefined
  if (!isObject(at)) throw new DatadogError(400, `'${path}' is required and must be an object`)
  return at
}

/** Text of at most `most` characters. Refuses a body without a required text. */
export function textOf(object: Members, name: string, most: number, required = false): string | undefined {
  const value = object[name]
  if (value === undefined && !required) return undefined
  if (typeof value !== 'string' || (required && value === '')) throw new DatadogError(400, `'${name}' must be a string`)
  if ([...value].length > most) throw new DatadogError(400, `'${name}' is limited to ${most} characters`)
  return value
}

export function tagsOf(object: Members, name: string, most: number): void {
  const tags = object[name]
  if (tags === undefined) return
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    throw new DatadogError(400, `'${name}' must be a list of strings`)
  }
  if (tags.length > most) throw new DatadogError(400, `'${name}' is limited to ${most} tags`)
}

export function oneOf(object: Members, name: string, values: readonly string[], required = false): void {
  const value = object[name]
  if (value === undefined && !required) return
  if (!values.includes(String(value))) {
    throw new DatadogError(400, `'${name}' must be one of ${values.join(', ')}, not '${value}'`)
  }
}
