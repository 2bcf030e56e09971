import type { DatadogRequest } from '../api/client.ts'
import { aggregationKey, type Deploy, type Status } from '../deploy/deploy.ts'
import { deployTags, TAGS_LIMIT } from '../deploy/deploy-tags.ts'
import { deployText, deployTitle } from '../deploy/deploy-text.ts'
import { cut, cutKeeping, harmless, MARKDOWN_OVERHEAD, markdownBlock } from '../deploy/safe-text.ts'

export const ALERT_TYPES = ['error', 'warning', 'info', 'success', 'user_update', 'recommendation', 'snapshot'] as const
export type AlertType = (typeof ALERT_TYPES)[number]

export const TITLE_LIMIT = 500
export const TEXT_LIMIT = 4000

/** What a user may set on any event. Only what is set is sent. */
export interface EventFields {
  readonly title?: string
  readonly text?: string
  readonly tags: readonly string[]
  /** Handles to notify, such as `@slack-deploys`: the only `@` that is let through. */
  readonly notify: readonly string[]
  readonly alertType?: AlertType
  readonly priority?: 'normal' | 'low'
  readonly host?: string
  readonly deviceName?: string
  readonly sourceTypeName?: string
  readonly aggregationKey?: string
  /** Digits: more of them than a JavaScript number keeps. */
  readonly relatedEventId?: string
  /** Seconds since the epoch. */
  readonly dateHappened?: number
}

/** The event of a deploy (v1). */
export function deployEvent(deploy: Deploy, fields: EventFields, now: number): DatadogRequest {
  const notify = handles(fields)
  const room = TEXT_LIMIT - MARKDOWN_OVERHEAD - (notify === '' ? 0 : notify.length + 2)
  const extra = fields.text === undefined ? undefined : harmless(unwrapped(fields.text))
  return post({
    ...common(fields),
    title: fields.title === undefined ? deployTitle(deploy, TITLE_LIMIT) : oneLine(fields.title),
    text: markdownBlock([deployText(deploy, extra, room), notify].filter((part) => part !== '').join('\n\n')),
    tags: deployTags(deploy, fields.tags),
    alert_type: fields.alertType ?? alertTypeOf(deploy),
    aggregation_key: fields.aggregationKey ?? aggregationKey(deploy.id),
    ...happened(fields.dateHappened ?? Math.floor((deploy.finishedAt ?? deploy.startedAt) / 1000), now),
  })
}

/** Datadog refuses older events. Without a time it uses the present one. */
const happened = (seconds: number, now: number) =>
  now / 1000 - seconds < OLDEST_S - 60 ? { date_happened: seconds } : {}

/** How old an event may be, in seconds. */
export const OLDEST_S = 18 * 3600

const alertTypeOf = ({ status, awaited, services }: Deploy): AlertType =>
  status === 'succeeded' && !(awaited && services.some(({ started }) => started)) ? 'info' : ALERT_TYPE[status]

const ALERT_TYPE: Readonly<Record<Status, AlertType>> = {
  started: 'info',
  succeeded: 'success',
  failed: 'error',
  'rolled-back': 'error',
  'timed-out': 'error',
  superseded: 'warning',
  cancelled: 'warning',
}

/** A custom event, from inputs alone (v1). */
export function customEvent(title: string, fields: EventFields, own: readonly string[] = []): DatadogRequest {
  const tags = [...new Set([...own, ...fields.tags])].slice(0, TAGS_LIMIT)
  return post({
    ...common(fields),
    title: oneLine(title),
    text: markdownBlock(eventText(fields)),
    ...(tags.length === 0 ? {} : { tags }),
    ...(fields.alertType === undefined ? {} : { alert_type: fields.alertType }),
    ...(fields.aggregationKey === undefined ? {} : { aggregation_key: fields.aggregationKey }),
    ...(fields.dateHappened === undefined ? {} : { date_happened: fields.dateHappened }),
  })
}

/** The text of a custom event, with the handles to notify. */
export const eventText = (fields: EventFields): string =>
  cutKeeping(harmless(unwrapped(fields.text ?? '')), handles(fields), TEXT_LIMIT - MARKDOWN_OVERHEAD)

const post = (body: object): DatadogRequest => ({
  operation: 'post the event',
  method: 'POST',
  host: 'api',
  path: '/api/v1/events',
  body,
  keys: 'api',
})

const common = (fields: EventFields) => ({
  ...(fields.priority === undefined ? {} : { priority: fields.priority }),
  ...(fields.host === undefined ? {} : { host: fields.host }),
  ...(fields.deviceName === undefined ? {} : { device_name: fields.deviceName }),
  ...(fields.sourceTypeName === undefined ? {} : { source_type_name: fields.sourceTypeName }),
  ...(fields.relatedEventId === undefined ? {} : { related_event_id: rawJson(fields.relatedEventId) }),
})

// Not in TypeScript's library yet; Node has it since 21.
const rawJson = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits)

const oneLine = (title: string) => cut(harmless(title).replace(/\s*\n\s*/g, ' '), TITLE_LIMIT)

const handles = ({ notify }: EventFields) => notify.join(' ')

/** Removes `%%%` around a text, which other tools need; this action adds it anyway. */
const unwrapped = (text: string) => /^\s*%%%\s*\n([\s\S]*?)\n\s*%%%\s*$/.exec(text)?.[1] ?? text
