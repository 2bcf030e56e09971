import { defined } from '../../../../toolkit/objects.ts'
import type { DatadogRequest } from '../api/client.ts'
import type { Custom } from '../deploy/custom.ts'
import { cut } from '../deploy/safe-text.ts'
import { doraId, nanoseconds } from './dora.ts'
import { type EventFields, TITLE_LIMIT } from './event.ts'

/**
 * An incident in production, for the DORA metrics that Datadog makes of failures. Sent again with the same id and its end, it
 * replaces the earlier one.
 */
export function doraIncident(custom: Custom, { title = '', tags }: EventFields): DatadogRequest {
  const { id, services, environment, team, version, severity, startedAt, finishedAt } = custom
  return {
    operation: 'record the DORA incident',
    method: 'POST',
    host: 'api',
    path: '/api/v2/dora/failure',
    keys: 'api',
    body: {
      data: {
        attributes: {
          id: doraId(id, 'incident'),
          name: cut(title, TITLE_LIMIT),
          ...(services.length === 0 ? {} : { services }),
          started_at: nanoseconds(startedAt),
          ...(finishedAt === undefined ? {} : { finished_at: nanoseconds(Math.max(startedAt, finishedAt)) }),
          ...defined({ env: environment, team, version, severity }),
          ...(tags.length === 0 ? {} : { custom_tags: tags }),
        },
      },
    },
  }
}
