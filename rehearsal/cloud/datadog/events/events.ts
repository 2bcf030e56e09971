import type { Answer, Members, Request } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { readBody } from '../http/body.ts'
import { checkAge } from './age.ts'

/** Events, API version 1. */
export class Events {
  readonly #clock: Clock
  readonly #events = new Map<string, Members>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `POST /api/v1/events` */
  post(request: Request): RecordedAnswer {
    const now = Math.floor(this.#clock.now() / 1000)
    const given = readBody(request)
    const happened = given['date_happened']
    if (typeof happened === 'number') checkAge(happened * 1000, this.#clock.now())
    // Ids have 19 digits, more than a JavaScript number holds. `id_str` has all of them.
    const id = `7${String(this.#events.size + 1).padStart(18, '0')}`
    const event = {
      id_str: id,
      url: `https://app.datadoghq.com/event/event?id=${id}`,
      date_happened: now,
      handle: null,
      priority: null,
      related_event_id: null,
      ...given,
    }
    this.#events.set(id, event)
    return { answer: withId(json(202, { status: 'ok', event }), id), record: { event } }
  }

  /** `GET /api/v1/events/{id}` */
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
