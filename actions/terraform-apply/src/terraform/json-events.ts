// The output of Terraform's commands with `-json`: one object on each line.
// https://developer.hashicorp.com/terraform/internals/machine-readable-ui

import { parseJson } from '../../../../toolkit/text/json.ts'

export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly summary: string
  readonly detail?: string
  readonly address?: string
  readonly range?: { readonly filename: string; readonly start: { readonly line: number; readonly column: number } }
}

/** An operation on a resource. Other hooks, such as those of provisioners and actions (1.14), lack some members. */
export interface Hook {
  readonly resource: { readonly addr: string }
  readonly action: string
  readonly elapsed_seconds?: number
}

export interface PlannedChange {
  readonly resource: { readonly addr: string }
  readonly action: string
}

export interface StreamOutput {
  readonly sensitive: boolean
  readonly value?: unknown
}

export interface Counts {
  readonly add: number
  readonly change: number
  readonly remove: number
  readonly import?: number
}

/** One event. Types that we do not know are logged by their `@message`. */
export interface StreamEvent {
  readonly type: string
  readonly '@message': string
  readonly '@level': string
  readonly '@timestamp': string
  readonly terraform?: string
  readonly tofu?: string
  readonly diagnostic?: Diagnostic
  readonly hook?: Partial<Hook>
  readonly change?: PlannedChange
  readonly outputs?: Readonly<Record<string, StreamOutput>>
  readonly changes?: Counts & { readonly operation: string }
  /** A state that Terraform could not save, not even in a file: then it prints it. */
  readonly state?: unknown
}

/** The event on a line; `undefined` for plain text, which an old version or a crash prints, and for JSON of too many levels. */
export function parseEvent(line: string): StreamEvent | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const event = parseJson(line, 'An event') as StreamEvent
    return typeof event['@message'] === 'string' ? { ...event, type: event.type ?? 'log' } : undefined
  } catch {
    return undefined
  }
}

/** The operation on a resource that an event belongs to, from start to end; `undefined` for any other event. */
export function operationOf({ type, hook }: StreamEvent): Hook | undefined {
  const { resource, action } = hook ?? {}
  if (!type.startsWith('apply_') || resource === undefined || action === undefined) return undefined
  return { ...hook, resource, action }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const COLOUR = /\x1b\[[0-9;]*m/g

/** Removes colour codes. */
export const plainText = (line: string): string => line.replace(COLOUR, '')
