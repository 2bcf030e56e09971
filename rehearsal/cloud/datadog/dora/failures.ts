import type { Members, Request } from '../../kernel/call.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { attributesOf, textOf } from '../http/attributes.ts'
import { readBody } from '../http/body.ts'
import { uuidOf } from '../http/ids.ts'
import { timesOf } from './event.ts'

/** DORA metrics: failures, which are incidents in production. */
export class Failures {
  readonly #failures = new Map<string, Members>()

  /** `POST /api/v2/dora/failure`, formerly `/api/v2/dora/incident`. A failure that is sent again replaces the earlier one. */
  post(request: Request): RecordedAnswer {
    const attributes = attributesOf(readBody(request))
    if (textOf(attributes, 'team') === undefined && isEmpty(attributes['services'])) {
      throw new DatadogError(400, 'attribute "services" is required')
    }
    const times = timesOf(attributes)
    const id = textOf(attributes, 'id') ?? uuidOf(`failure ${this.#failures.size}`)
    const failure = { ...attributes, ...times, id }
    this.#failures.set(id, failure)
    return { answer: json(200, { data: { id, type: 'dora_failure' } }), record: { incident: failure } }
  }

  all(): readonly Members[] {
    return [...this.#failures.values()]
  }
}

const isEmpty = (services: unknown) => !Array.isArray(services) || services.length === 0
