// Checks of JSON:API attributes, with the errors of Datadog's API version 2.
import type { Members } from '../../kernel/call.ts'
import { DatadogError } from './answers.ts'
import { isObject } from './body.ts'

const refuse = (name: string, problem: string) => new DatadogError(400, `attribute "${name}" ${problem}`)

/** `data` of a JSON:API body, of this type. */
export function dataOf(body: Members, type?: string): Members {
  const { data } = body
  if (!isObject(data)) throw new DatadogError(400, 'missing data')
  if (type !== undefined && data['type'] !== type) {
    throw new DatadogError(400, `got type "${data['type'] ?? ''}" expected one of "${type}"`)
  }
  return data
}

/** `attributes` of a JSON:API resource. */
export const attributesOf = (data: Members): Members => objectOf(data, 'attributes')

export function objectOf(of: Members, name: string): Members {
  const value = of[name]
  if (value === undefined) throw refuse(name, 'is required')
  if (!isObject(value)) throw refuse(name, 'must be an object')
  return value
}

/** Text that a pattern describes; absent if it is not required. */
export function textOf(of: Members, name: string, required = false, pattern = /^/): string | undefined {
  const value = of[name]
  if (value === undefined || value === '') {
    if (required) throw refuse(name, 'is required')
    return undefined
  }
  if (typeof value !== 'string') throw refuse(name, 'must be a string')
  if (!pattern.test(value)) throw refuse(name, `must match ${pattern.source}`)
  return value
}

export function oneOf(of: Members, name: string, values: readonly string[], required = false): void {
  const value = textOf(of, name, required)
  if (value === undefined || values.includes(value)) return
  throw refuse(name, `must be one of "${values.join(' ')}"`)
}

export function booleanOf(of: Members, name: string, required = false): boolean | undefined {
  const value = of[name]
  if (value === undefined && required) throw refuse(name, 'is required')
  if (value !== undefined && typeof value !== 'boolean') throw refuse(name, 'must be a boolean')
  return value
}

/** A list of at most `most` texts. */
export function textsOf(of: Members, name: string, most: number, required = false): readonly string[] {
  const value = of[name] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw refuse(name, 'must be a list of strings')
  }
  if (value.length > most) throw refuse(name, `must have at most ${most} items`)
  if (required && value.length === 0) throw refuse(name, 'is required')
  return value
}
