import type { Request } from '../../kernel/call.ts'
import type { Clock } from '../../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { attributesOf, textOf } from '../http/attributes.ts'
import { readBody } from '../http/body.ts'
import { checkAge } from './age.ts'

/** Events, API version 2: of the categories `change` and `alert`. */
export class EventsV2 {
  readonly #clock: Clock
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `POST /api/v2/events` */
  post(request: Request): RecordedAnswer {
    const attributes = attributesOf(readBody(request))
    this.#checkTime(textOf(attributes, 'timestamp'))
    const number = String(++this.#count).padStart(18, '0')
    const evt = { id: `8${number}`, uid: `AZ${number}` }
    const answer = {
      data: { type: 'event', id: '_', attributes: { attributes: { evt } } },
      links: { self: `https://app.datadoghq.com/event/event?uid=${evt.uid}` },
    }
    const record = attributes['category'] === 'alert' ? { alertEvent: attributes } : { changeEvent: attributes }
    return { answer: json(202, answer), record }
  }

  #checkTime(timestamp: string | undefined): void {
    if (timestamp === undefined) return
    const at = Date.parse(timestamp)
    if (Number.isNaN(at)) throw new DatadogError(400, "'timestamp' must follow ISO 8601")
    checkAge(at, this.#clock.now())
  }
}
