import { defined } from '../../../../toolkit/objects.ts'
import type { DatadogRequest } from '../api/client.ts'
import { type ChangedResource, type Custom, customTags } from '../deploy/custom.ts'
import { TAGS_LIMIT } from '../deploy/deploy-tags.ts'
import { cut, harmless, markdownBlock } from '../deploy/safe-text.ts'
import { authorOf, NAME_LIMIT } from './change-event.ts'
import { type EventFields, eventText, TITLE_LIMIT } from './event.ts'

/** The change event (v2) of a feature flag or a configuration that somebody changed without a deploy. */
export function customChange(custom: Custom, changed: ChangedResource, fields: EventFields): DatadogRequest {
  const { environment, services, run } = custom
  return {
    operation: `post the change event for \`${changed.name}\``,
    method: 'POST',
    host: 'intake',
    path: '/api/v2/events',
    keys: 'api',
    body: {
      data: {
        type: 'event',
        attributes: {
          title: cut(harmless(fields.title ?? ''), TITLE_LIMIT),
          message: markdownBlock(eventText(fields)),
          category: 'change',
          integration_id: 'custom-events',
          ...defined({ aggregation_key: fields.aggregationKey }),
          tags: [...new Set([...customTags(custom), ...fields.tags])].slice(0, TAGS_LIMIT),
          ...(fields.dateHappened === undefined
            ? {}
            : { timestamp: new Date(fields.dateHappened * 1000).toISOString() }),
          attributes: {
            ...authorOf(run.actor, custom.scheduled),
            changed_resource: { name: changed.name, type: changed.type },
            ...(services.length === 0
              ? {}
              : { impacted_resources: services.map((name) => ({ name: cut(name, NAME_LIMIT), type: 'service' })) }),
            ...defined({ prev_value: changed.previous, new_value: changed.next }),
            change_metadata: defined({
              env: environment,
              run_url: run.url || undefined,
              commit_url: run.commitUrl || undefined,
            }),
          },
        },
      },
    },
  }
}
