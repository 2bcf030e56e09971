import type { Members, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from './http/answers.ts'
import { isObject, objectAt, oneOf, readBody, tagsOf, textOf } from './http/body.ts'

const OLDEST_MS = 18 * 60 * 60 * 1000

/** Events, API version 2, which accepts change events only. */
export class ChangeEvents {
  readonly #clock: Clock
  #count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  post(request: Request): RecordedAnswer {
    const event = objectAt(readBody(request), 'data')
    oneOf(event, 'type', ['event'], true)
    const attributes = objectAt(event, 'attributes')
    this.#check(attributes)
    const uid = `AZ${String(++this.#count).padStart(18, '0')}`
    const evt = { id: `8${uid.slice(2)}`, uid }
    const answer = {
      data: { type: 'event', attributes: { attributes: { evt } } },
      links: { self: `/api/v2/events/${uid}` },
    }
    return { answer: json(202, answer), record: { changeEvent: attributes } }
  }

  #check(attributes: Members): void {
    textOf(attributes, 'title', 500, true)
    textOf(attributes, 'message', 4000)
    textOf(attributes, 'aggregation_key', 100)
    textOf(attributes, 'host', 255)
    tagsOf(attributes, 'tags', 100)
    oneOf(attributes, 'category', ['change'], true)
    oneOf(attributes, 'integration_id', ['custom-events'])
    this.#checkTime(textOf(attributes, 'timestamp', 40))
    checkChange(objectAt(attributes, 'attributes'))
  }

  #checkTime(timestamp: string | undefined): void {
    if (timestamp === undefined) return
    const at = Date.parse(timestamp)
    if (Number.isNaN(at)) throw new DatadogError(400, "'timestamp' must follow ISO 8601")
    if (at < this.#clock.now() - OLDEST_MS)
      throw new DatadogError(400, "'timestamp' is limited to 18 hours in the past")
  }
}

function checkChange(change: Members): void {
  const resource = objectAt(change, 'changed_resource')
  textOf(resource, 'name', 128, true)
  oneOf(resource, 'type', ['feature_flag', 'configuration'], true)
  if (change['author'] !== undefined) {
    const author = objectAt(change, 'author')
    textOf(author, 'name', 128, true)
    oneOf(author, 'type', ['user', 'system', 'api', 'automation'], true)
  }
  for (const name of ['prev_value', 'new_value', 'change_metadata']) {
    if (change[name] !== undefined && !isObject(change[name]))
      throw new DatadogError(400, `'${name}' must be an object`)
  }
  const impacted = change['impacted_resources'] ?? []
  if (!Array.isArray(impacted) || !impacted.every(isObject)) {
    throw new DatadogError(400, "'impacted_resources' must be a list of objects")
  }
  if (impacted.length > 100) throw new DatadogError(400, "'impacted_resources' is limited to 100 resources")
  for (const one of impacted) {
    textOf(one, 'name', 128, true)
    oneOf(one, 'type', ['service'], true)
  }
}
