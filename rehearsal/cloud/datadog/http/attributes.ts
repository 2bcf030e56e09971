// Reads JSON:API bodies that are as published.
import type { Members } from '../../kernel/call.ts'
import { isObject } from './body.ts'

/** `data` of a JSON:API body. */
export const dataOf = (body: Members): Members => objectOf(body, 'data')

/** `attributes` of `data`. */
export const attributesOf = (body: Members): Members => objectOf(dataOf(body), 'attributes')

/** An object; an empty one if it is not there. */
export function objectOf(of: Members, name: string): Members {
  const value = of[name]
  return isObject(value) ? value : {}
}

/** A text; `undefined` if it is not there, or empty. */
export function textOf(of: Members, name: string): string | undefined {
  const value = of[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
