import type { Answer, Request } from '../kernel/call.ts'
import type { Deployments } from './dora/deployments.ts'
import type { Failures } from './dora/failures.ts'
import type { Gates } from './gates/gates.ts'
import { DatadogError, json } from './http/answers.ts'
import { readBody } from './http/body.ts'
import { STATES } from './monitors/monitor.ts'
import type { Monitors } from './monitors/monitors.ts'
import { parseScenario, type Scenario } from './scenario.ts'

/** Prefix of the API that controls the simulated Datadog. It needs no key, because it answers on this machine only. */
export const ADMIN_PATH = '/_slipway/datadog/'

interface Steered {
  readonly monitors: Monitors
  readonly deployments: Deployments
  readonly failures: Failures
  readonly gates: Gates
  play(scenario: Scenario): void
}

/** Answers what is below ADMIN_PATH. */
export function adminRequest({ monitors, deployments, failures, gates, play }: Steered): (request: Request) => Answer {
  const pages: Readonly<Record<string, (request: Request) => Answer>> = {
    'GET monitors': () => json(200, monitors.all()),
    'GET deployments': () => json(200, deployments.all()),
    'GET failures': () => json(200, failures.all()),
    'GET evaluations': () => json(200, gates.all()),
    // A scenario as JSON, from its beginning.
    'PUT scenario': (request) => {
      play(parseScenario(readBody(request)))
      return json(200, { monitors: monitors.all().length })
    },
    // `?monitor=ID-OR-NAME&state=Alert`, and `&group=` for one group.
    'POST turn': ({ url }) => {
      const state = STATES.find((known) => known === url.searchParams.get('state'))
      if (state === undefined) throw new DatadogError(400, `'state' must be one of ${STATES.join(', ')}`)
      const group = url.searchParams.get('group') ?? undefined
      return json(200, { changed: monitors.turn(url.searchParams.get('monitor') ?? '', state, group) })
    },
    // `?status=fail`, and `&reason=`, `&rule=NAME` for one rule, `&evaluation=ID` for another one than the last in progress.
    'POST decide': ({ url }) => {
      const { status, evaluation: id, ...which } = Object.fromEntries(url.searchParams)
      if (status !== 'pass' && status !== 'fail') throw new DatadogError(400, "'status' must be pass or fail")
      return json(200, gates.decide(status, { ...which, ...(id === undefined ? {} : { id }) }))
    },
  }

  return (request) => {
    const page = pages[`${request.method} ${request.url.pathname.slice(ADMIN_PATH.length)}`]
    if (page === undefined) return json(404, { error: 'There is no such page.', pages: Object.keys(pages) })
    try {
      return page(request)
    } catch (error) {
      return json(error instanceof DatadogError ? error.status : 400, {
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }
}
