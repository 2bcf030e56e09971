import { randomBytes } from 'node:crypto'
import type { Answer, Request, RequestHead } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import { type Exchange, type Route, readRequest, send } from '../kernel/server.ts'
import { readSignature } from '../kernel/signature.ts'
import { ADMIN_PATH, adminRequest } from './admin.ts'
import { Deployments } from './dora/deployments.ts'
import { Failures } from './dora/failures.ts'
import { endpointsOf } from './endpoints.ts'
import { Events } from './events/events.ts'
import { EventsV2 } from './events/events-v2.ts'
import { Faults } from './faults.ts'
import { Gates } from './gates/gates.ts'
import { DatadogError, type RecordedAnswer, writeDatadogError } from './http/answers.ts'
import { readBody } from './http/body.ts'
import { type Limit, RateLimits } from './http/rate-limit.ts'
import { Monitors } from './monitors/monitors.ts'
import { requestProblem } from './published/published.ts'
import { problemWords } from './published/words.ts'
import { type FaultRule, gatesOf, type Scenario } from './scenario.ts'
import { ScenarioPlayer } from './scenario-player.ts'

export interface DatadogKeys {
  readonly api: string
  readonly app: string
}

export interface Datadog {
  readonly route: Route
  readonly keys: DatadogKeys
  /** Starts the `datadog:` section of a scenario. */
  play(scenario: Scenario): void
}

/** Simulates the parts of Datadog's API that deploys use. Records every request in the journal, without its keys. */
export function createDatadog({ clock, journal }: { clock: Clock; journal: Journal }): Datadog {
  const keys: DatadogKeys = { api: randomBytes(16).toString('hex'), app: randomBytes(20).toString('hex') }
  const events = new Events(clock)
  const eventsV2 = new EventsV2(clock)
  const deployments = new Deployments()
  const failures = new Failures()
  const monitors = new Monitors(clock)
  const gates = new Gates(clock, journal, monitors)
  const limits = new RateLimits(clock)
  const faults = new Faults()
  const player = new ScenarioPlayer(clock, journal, monitors)
  const play = (scenario: Scenario) => {
    faults.replace(scenario.faults)
    gates.replace(gatesOf(scenario))
    player.play(scenario)
  }

  const endpoints = endpointsOf({ events, eventsV2, deployments, failures, monitors, gates })

  function answer(request: Request): RecordedAnswer {
    const { method, url, headers } = request
    for (const endpoint of endpoints) {
      const match = endpoint.method === method ? endpoint.path.exec(url.pathname) : null
      if (match === null) continue
      const known = headers['dd-api-key'] === keys.api
      if (!known || (endpoint.keys === 'both' && headers['dd-application-key'] !== keys.app)) {
        throw new DatadogError(403, 'Forbidden')
      }
      const { exceeded, headers: limitHeaders } = limits.count(endpoint.limit)
      if (exceeded) throw new DatadogError(429, tooMany(endpoint.limit), limitHeaders)
      checkBody(request)
      const recorded = endpoint.answer(request, match.slice(1).map(decoded))
      return { ...recorded, answer: { ...recorded.answer, headers: { ...recorded.answer.headers, ...limitHeaders } } }
    }
    throw new DatadogError(404, `Not found: the rehearsal's Datadog does not have ${method} ${url.pathname}`)
  }

  async function serve(exchange: Exchange): Promise<void> {
    const request = await readRequest(exchange)
    const about = { type: 'datadog', method: request.method, path: request.url.pathname }
    const fault = faults.take(request)
    const note = fault === undefined ? {} : { fault: true }
    const delay = fault?.delay
    if (delay !== undefined) await new Promise<void>((resolve) => clock.after(delay, resolve))
    if (fault?.breaks === 'before') {
      journal.write({ ...about, outcome: 'reset-before', ...note })
      return void exchange.request.socket.resetAndDestroy()
    }
    try {
      if (fault?.status !== undefined) throw faultAnswer(fault, fault.status)
      const { answer: given, record } = answer(request)
      journal.write({ ...about, outcome: 'ok', status: given.status, ...record, ...note })
      if (fault?.breaks === 'after') exchange.request.socket.resetAndDestroy()
      else if (fault?.breaks === 'midway') sendHalf(exchange, given)
      else send(exchange, given)
    } catch (error) {
      if (!(error instanceof DatadogError)) throw error
      journal.write({ ...about, outcome: error.message, status: error.status, ...note })
      send(exchange, writeDatadogError(error, about.path))
    }
  }

  const admin = adminRequest({ monitors, deployments, failures, gates, play })
  return {
    keys,
    play,
    route: {
      claims: (head) => head.url.pathname.startsWith(ADMIN_PATH) || isDatadog(head),
      serve: async (exchange) =>
        exchange.head.url.pathname.startsWith(ADMIN_PATH)
          ? send(exchange, admin(await readRequest(exchange)))
          : await serve(exchange),
    },
  }
}

/** Refuses a body that is not as Datadog publishes it. */
function checkBody(request: Request): void {
  const { method, url } = request
  if (method === 'GET' || method === 'DELETE') return
  const problem = requestProblem(method, url.pathname, readBody(request))
  if (problem !== undefined) throw new DatadogError(400, problemWords(url.pathname, problem))
}

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter)
  } catch {
    throw new DatadogError(400, `Malformed path: ${parameter}`)
  }
}

const tooMany = ({ limit, period }: Limit) =>
  `Rate limit of ${limit} requests in ${period} seconds reached. Please try again later.`

const faultAnswer = ({ reset }: FaultRule, status: number) =>
  new DatadogError(
    status,
    status === 429 ? 'Too many requests' : `A fault of the scenario: ${status}`,
    reset === undefined ? {} : { 'x-ratelimit-reset': String(reset) },
  )

/** Sends the head and half of the body, and then resets the connection. */
function sendHalf({ response }: Exchange, { status, headers, body = '' }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
  response.write(Buffer.from(body).subarray(0, Math.floor(Buffer.byteLength(body) / 2)), () => response.destroy())
}

const isDatadog = (head: RequestHead) =>
  head.headers['dd-api-key'] !== undefined ||
  (/^\/api\/v[12]\//.test(head.url.pathname) && readSignature(head) === undefined)
