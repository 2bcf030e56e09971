import { randomBytes } from 'node:crypto'
import type { Answer, Request, RequestHead } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import { type Route, readRequest, send } from '../kernel/server.ts'
import { readSignature } from '../kernel/signature.ts'
import { DatadogError, json, writeDatadogError } from './answers.ts'
import { Events } from './events.ts'

export interface DatadogKeys {
  readonly api: string
  readonly app: string
}

export interface Datadog {
  readonly route: Route
  readonly keys: DatadogKeys
}

/** One endpoint of Datadog's API: which keys it wants, and what it answers. */
interface Endpoint {
  readonly keys: 'api' | 'both'
  readonly answer: (request: Request, match: RegExpExecArray) => { readonly answer: Answer; readonly record: object }
}

/** Datadog's API, as far as deploys use it. Every request is in the journal, its keys are not. */
export function createDatadog({ clock, journal }: { clock: Clock; journal: Journal }): Datadog {
  const keys: DatadogKeys = { api: randomBytes(16).toString('hex'), app: randomBytes(20).toString('hex') }
  const events = new Events(clock)

  const endpoints: readonly (readonly [method: string, path: RegExp, endpoint: Endpoint])[] = [
    ['POST', /^\/api\/v1\/events$/, { keys: 'api', answer: (request) => events.post(request) }],
    ['GET', /^\/api\/v1\/events\/(\d+)$/, { keys: 'both', answer: (_, [, id = '']) => events.get(id) }],
    [
      'GET',
      /^\/api\/v1\/validate$/,
      { keys: 'api', answer: () => ({ answer: json(200, { valid: true }), record: {} }) },
    ],
  ]

  function answer(request: Request) {
    const { method, url, headers } = request
    for (const [wanted, path, endpoint] of endpoints) {
      const match = wanted === method ? path.exec(url.pathname) : null
      if (match === null) continue
      const known = headers['dd-api-key'] === keys.api
      if (!known || (endpoint.keys === 'both' && headers['dd-application-key'] !== keys.app)) {
        throw new DatadogError(403, 'Forbidden')
      }
      return endpoint.answer(request, match)
    }
    throw new DatadogError(404, `Not found: the rehearsal's Datadog does not have ${method} ${url.pathname}`)
  }

  return {
    keys,
    route: {
      claims: (head) => isDatadog(head),
      async serve(exchange) {
        const request = await readRequest(exchange)
        const about = { type: 'datadog', method: request.method, path: request.url.pathname }
        try {
          const { answer: given, record } = answer(request)
          journal.write({ ...about, outcome: 'ok', status: given.status, ...record })
          send(exchange, given)
        } catch (error) {
          if (!(error instanceof DatadogError)) throw error
          journal.write({ ...about, outcome: error.message, status: error.status })
          send(exchange, writeDatadogError(error))
        }
      },
    },
  }
}

const isDatadog = (head: RequestHead) =>
  head.headers['dd-api-key'] !== undefined ||
  (/^\/api\/v[12]\//.test(head.url.pathname) && readSignature(head) === undefined)
