import type { Answer, Members, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from './http/answers.ts'
import { oneOf, readBody, tagsOf, textOf } from './http/body.ts'

const OLDEST_SECONDS = 18 * 60 * 60
const PRIORITIES = ['normal', 'low']
const ALERT_TYPES = ['error', 'warning', 'info', 'success', 'user_update', 'recommendation', 'snapshot']

/** The text members of a v1 event, and their limits. Datadog documents no other limits. */
const TEXTS: readonly (readonly [name: string, most: number])[] = [
  ['title', Number.POSITIVE_INFINITY],
  ['text', 4000],
  ['aggregation_key', 100],
  ['host', Number.POSITIVE_INFINITY],
  ['device_name', Number.POSITIVE_INFINITY],
  ['source_type_name', Number.POSITIVE_INFINITY],
]

/** Events, API version 1. */
export class Events {
  readonly #clock: Clock
  readonly #events = new Map<string, Members>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  post(request: Request): RecordedAnswer {
    const now = Math.floor(this.#clock.now() / 1000)
    const given = readBody(request)
    checkEvent(given, now)
    // Ids have 19 digits, more than a JavaScript number holds. `id_str` has all of them.
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

  get(id: string): RecordedAnswer {
    const event = this.#events.get(id)
    if (event === undefined) throw new DatadogError(404, 'No event matches that event_id.')
    return { answer: withId(json(200, { event }), id), record: { id } }
  }
}

/** Adds `id` as a number with all its digits. */
const withId = (answer: Answer, id: string): Answer => ({
  ...answer,
  body: String(answer.body).replace('"id_str":', `"id":${id},"id_str":`),
})

function checkEvent(event: Members, now: number): void {
  for (const name of ['title', 'text']) {
    if (event[name] === undefined || event[name] === '') throw new DatadogError(400, `'${name}' is required`)
  }
  for (const [name, most] of TEXTS) textOf(event, name, most)
  oneOf(event, 'priority', PRIORITIES)
  oneOf(event, 'alert_type', ALERT_TYPES)
  tagsOf(event, 'tags', Number.POSITIVE_INFINITY)
  const { date_happened: happened, related_event_id: related } = event
  if (related !== undefined && typeof related !== 'number')
    throw new DatadogError(400, "'related_event_id' must be a number")
  if (happened === undefined) return
  if (typeof happened !== 'number') throw new DatadogError(400, "'date_happened' must be a POSIX timestamp")
  if (happened < now - OLDEST_SECONDS) throw new DatadogError(400, "'date_happened' is limited to 18 hours in the past")
}
