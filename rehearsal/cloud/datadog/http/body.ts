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

/** True for an object that is no list. */
export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
