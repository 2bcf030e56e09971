import type { Answer, Members, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { DatadogError, json } from './answers.ts'

const MOST_TEXT = 4000
const MOST_AGGREGATION_KEY = 100
const OLDEST_SECONDS = 18 * 60 * 60
const PRIORITIES = ['normal', 'low']
const ALERT_TYPES = ['error', 'warning', 'info', 'success', 'user_update', 'recommendation', 'snapshot']

/** The members of a v1 event that are text and have no further rule. */
const TEXTS = ['title', 'text', 'aggregation_key', 'host', 'device_name', 'source_type_name']

/** Events, API version 1. */
export class Events {
  readonly #clock: Clock
  readonly #events = new Map<string, Members>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  post({ body }: Request): { answer: Answer; record: object } {
    const now = Math.floor(this.#clock.now() / 1000)
    const given = readEvent(body)
    checkEvent(given, now)
    // Ids have 19 digits: more than a JavaScript number holds, which is what `id_str` is for.
    const id = `7${String(this.#events.size + 1).padStart(18, '0')}`
    const event = {
      id_str: id,
      url: `https://app.datadoghq.com/event/event?id=${id}`,
      date_happened: now,
      priority: 'normal',
      alert_type: 'info',
      ...given,
    }
    this.#events.set(id, event)
    return { answer: withId(json(202, { status: 'ok', event }), id), record: { event } }
  }

  get(id: string): { answer: Answer; record: object } {
    const event = this.#events.get(id)
    if (event === undefined) throw new DatadogError(404, 'No event matches that event_id.')
    return { answer: withId(json(200, { event }), id), record: { id } }
  }
}

/** Adds `id` as the number that it is, all its digits kept. */
const withId = (answer: Answer, id: string): Answer => ({
  ...answer,
  body: String(answer.body).replace('"id_str":', `"id":${id},"id_str":`),
})

function readEvent(body: Buffer): Members {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  } catch {
    // Refused below.
  }
  throw new DatadogError(400, 'Payload is not in the expected format: invalid JSON')
}

function checkEvent(event: Members, now: number): void {
  for (const name of ['title', 'text']) {
    if (event[name] === undefined || event[name] === '') throw bad(`'${name}' is required`)
  }
  for (const name of TEXTS) {
    if (event[name] !== undefined && typeof event[name] !== 'string') throw bad(`'${name}' must be a string`)
  }
  atMost(event, 'text', MOST_TEXT)
  atMost(event, 'aggregation_key', MOST_AGGREGATION_KEY)
  oneOf(event, 'priority', PRIORITIES)
  oneOf(event, 'alert_type', ALERT_TYPES)
  const { tags, date_happened: happened } = event
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))) {
    throw bad("'tags' must be a list of strings")
  }
  if (happened === undefined) return
  if (typeof happened !== 'number') throw bad("'date_happened' must be a POSIX timestamp")
  if (happened < now - OLDEST_SECONDS) throw bad("'date_happened' is limited to 18 hours in the past")
}

function atMost(event: Members, name: string, most: number): void {
  const value = event[name]
  if (typeof value === 'string' && [...value].length > most) throw bad(`'${name}' is limited to ${most} characters`)
}

function oneOf(event: Members, name: string, values: readonly string[]): void {
  const value = event[name]
  if (value !== undefined && !values.includes(String(value))) {
    throw bad(`'${name}' must be one of ${values.join(', ')}, not '${value}'`)
  }
}

const bad = (message: string) => new DatadogError(400, message)
