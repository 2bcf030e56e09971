import type { Members, Request } from '../../kernel/call.ts'
import { json, type RecordedAnswer } from '../http/answers.ts'
import { attributesOf, dataOf, textOf, textsOf } from '../http/attributes.ts'
import { readBody } from '../http/body.ts'
import { uuidOf } from '../http/ids.ts'
import { readEvent } from './event.ts'

/** DORA metrics: failures, which are incidents in production. */
export class Failures {
  readonly #failures = new Map<string, Members>()

  /** `POST /api/v2/dora/failure`, formerly `/api/v2/dora/incident`. A failure that is sent again replaces the earlier one. */
  post(request: Request): RecordedAnswer {
    const attributes = attributesOf(dataOf(readBody(request)))
    textsOf(attributes, 'services', Number.POSITIVE_INFINITY, textOf(attributes, 'team') === undefined)
    for (const name of ['name', 'severity']) textOf(attributes, name)
    const { id: given, times } = readEvent(attributes, false)
    const id = given ?? uuidOf(`failure ${this.#failures.size}`)
    const failure = { ...attributes, ...times, id }
    this.#failures.set(id, failure)
    return { answer: json(200, { data: { id, type: 'dora_failure' } }), record: { incident: failure } }
  }

  all(): readonly Members[] {
    return [...this.#failures.values()]
  }
}
