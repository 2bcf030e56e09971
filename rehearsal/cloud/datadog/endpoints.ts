import type { Request } from '../kernel/call.ts'
import type { Deployments } from './dora/deployments.ts'
import type { Failures } from './dora/failures.ts'
import type { Events } from './events/events.ts'
import type { EventsV2 } from './events/events-v2.ts'
import type { Gates } from './gates/gates.ts'
import { json, type RecordedAnswer } from './http/answers.ts'
import type { Limit } from './http/rate-limit.ts'
import type { Monitors } from './monitors/monitors.ts'

/** One endpoint of Datadog's API: its keys, its rate limit and its answer. */
export interface Endpoint {
  readonly method: string
  /** Its groups are the path parameters. */
  readonly path: RegExp
  readonly keys: 'api' | 'both'
  readonly limit: Limit
  readonly answer: (request: Request, parameters: readonly string[]) => RecordedAnswer
}

interface Parts {
  readonly events: Events
  readonly eventsV2: EventsV2
  readonly deployments: Deployments
  readonly failures: Failures
  readonly monitors: Monitors
  readonly gates: Gates
}

/** The endpoints that are modelled. */
export function endpointsOf({ events, eventsV2, deployments, failures, monitors, gates }: Parts): readonly Endpoint[] {
  const endpoint = (route: string, keys: Endpoint['keys'], limit: string, answer: Endpoint['answer']): Endpoint => {
    const [method = '', path = ''] = route.split(' ')
    return { method, path: patternOf(path), keys, limit: { name: limit, limit: 600, period: 60 }, answer }
  }
  return [
    endpoint('GET /api/v1/validate', 'api', 'validate', () => ({ answer: json(200, { valid: true }), record: {} })),

    endpoint('POST /api/v1/events', 'api', 'events_post', (r) => events.post(r)),
    endpoint('GET /api/v1/events/{id}', 'both', 'events_get', (_, [id = '']) => events.get(id)),
    endpoint('POST /api/v2/events', 'api', 'events_v2', (r) => eventsV2.post(r)),

    endpoint('POST /api/v2/dora/deployment', 'api', 'dora', (r) => deployments.post(r)),
    endpoint('PATCH /api/v2/dora/deployments', 'both', 'dora', (r) => deployments.patchByVersion(r)),
    endpoint('PATCH /api/v2/dora/deployments/{id}', 'both', 'dora', (r, [id = '']) => deployments.patch(r, id)),
    endpoint('POST /api/v2/dora/failure', 'api', 'dora', (r) => failures.post(r)),
    endpoint('POST /api/v2/dora/incident', 'api', 'dora', (r) => failures.post(r)),

    endpoint('POST /api/v2/deployments/gates/evaluation', 'both', 'gates', (r) => gates.trigger(r)),
    endpoint('GET /api/v2/deployments/gates/evaluation/{id}', 'both', 'gates', (_, [id = '']) => gates.result(id)),

    endpoint('GET /api/v1/monitor', 'both', 'monitors', (r) => monitors.list(r)),
    endpoint('POST /api/v1/monitor', 'both', 'monitors', (r) => monitors.create(r)),
    endpoint('GET /api/v1/monitor/search', 'both', 'monitors', (r) => monitors.answerSearch(r)),
    endpoint('GET /api/v1/monitor/can_delete', 'both', 'monitors', (r) => monitors.canDelete(r)),
    endpoint('POST /api/v1/monitor/validate', 'both', 'monitors', (r) => monitors.validate(r)),
    endpoint('POST /api/v1/monitor/{id}/validate', 'both', 'monitors', (r, [id]) => monitors.validate(r, id)),
    endpoint('GET /api/v1/monitor/{id}', 'both', 'monitors', (r, [id = '']) => monitors.get(r, id)),
    endpoint('PUT /api/v1/monitor/{id}', 'both', 'monitors', (r, [id = '']) => monitors.update(r, id)),
    endpoint('DELETE /api/v1/monitor/{id}', 'both', 'monitors', (r, [id = '']) => monitors.remove(r, id)),
  ]
}

/** `/events/{id}` as a pattern with one group for each parameter. */
const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}$`)
