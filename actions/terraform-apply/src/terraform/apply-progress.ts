import { formatDuration } from '../../../../toolkit/text/duration.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import { operationOf, type StreamEvent } from './json-events.ts'

/** One operation on one resource, once it has ended. Times are milliseconds since the epoch. */
export interface Operation {
  readonly address: string
  readonly action: string
  readonly startedAt: number
  readonly endedAt: number
  readonly outcome: 'done' | 'failed'
}

const DOING: Readonly<Record<string, readonly [doing: string, done: string]>> = {
  create: ['creating', 'created'],
  update: ['updating', 'updated'],
  delete: ['destroying', 'destroyed'],
  read: ['reading', 'read'],
}

/** The log lines of an apply: `[1/3] aws_x.y: creating …` at the start of an operation, every ten seconds, and at its end with its duration. */
export class ApplyProgress {
  readonly operations: Operation[] = []
  readonly #total: number
  readonly #started = new Map<string, number>()
  #ended = 0

  constructor(total: number) {
    this.#total = total
  }

  phrase(event: StreamEvent): string | undefined {
    const { type } = event
    // The plan was logged when it was made.
    if (type === 'planned_change' || type === 'version' || type === 'outputs') return undefined
    const operation = operationOf(event)
    if (operation === undefined) return event['@message']
    const { action } = operation
    const { addr } = operation.resource
    const [doing, done] = DOING[action] ?? [action, action]
    const key = `${action} ${addr}`
    const at = Date.parse(event['@timestamp'])
    const since = this.#started.get(key) ?? at
    if (type === 'apply_start') {
      this.#started.set(key, at)
      return `${this.#count(this.#ended)} ${addr}: ${doing} …`
    }
    if (type === 'apply_progress') {
      return `${this.#count(this.#ended)} ${addr}: still ${doing}, ${formatDuration((operation.elapsed_seconds ?? 0) * 1000)}`
    }
    const outcome = type === 'apply_complete' ? 'done' : 'failed'
    this.#ended++
    this.#started.delete(key)
    this.operations.push({ address: addr, action, startedAt: since, endedAt: at, outcome })
    return `${this.#count(this.#ended)} ${addr}: ${outcome === 'done' ? `${done} in` : `failed ${doing} after`} ${formatDuration(at - since)}`
  }

  #count(ended: number): string {
    const total = String(Math.max(this.#total, ended))
    return `[${String(ended).padStart(total.length)}/${total}]`
  }
}

/** The number of operations in an apply of this plan; a replacement is two. */
export const operationsOf = (plan: Plan): number =>
  (plan.resource_changes ?? []).reduce(
    (sum, { change }) => sum + change.actions.filter((action) => action !== 'no-op' && action !== 'forget').length,
    0,
  )
