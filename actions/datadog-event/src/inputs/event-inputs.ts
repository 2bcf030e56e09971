import { createHash } from 'node:crypto'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { cut } from '../../../../toolkit/text/cut.ts'
import { aggregationKey, type Deploy } from '../deploy/deploy.ts'
import { TAG_LIMIT, TAGS_LIMIT } from '../deploy/deploy-tags.ts'
import { ALERT_TYPES, type EventFields, OLDEST_S, TITLE_LIMIT } from '../messages/event.ts'
import { readDeploy } from './deploy-inputs.ts'

/** The kinds of message that a deploy can send. */
export const KINDS = ['event', 'change-event', 'dora-deployment'] as const
export type MessageKind = (typeof KINDS)[number]

export interface EventInputs {
  readonly command: 'event'
  /** Of a deploy, or `undefined` for any other event. */
  readonly deploy: Deploy | undefined
  readonly send: readonly MessageKind[]
  readonly fields: EventFields
  readonly rollsBack: RollsBack | undefined
}

/** The deploy that this one undoes: by its id, by its version, or the version that ran before, as the record has it. */
export type RollsBack = { readonly deployId: string } | { readonly version: string | undefined }

export function readEventInputs(reader: InputReader, env: Environment, now: number): EventInputs {
  const deploy = readDeploy(reader, env, now)
  const given = readFields(reader, now)
  const fields =
    deploy === undefined ? { ...given, aggregationKey: given.aggregationKey ?? customKey(env, given) } : given
  const send = readKinds(reader)
  if (deploy === undefined && fields.title === undefined) {
    throw new InputError('deploy-record', 'is missing, and so are `status` and `title`: there is nothing to send.', {
      hint: 'Pass `deploy-record: ${{ steps.deploy.outputs.deploy-record }}`, or `status: started` before a deploy, or a `title` for a custom event.',
    })
  }
  if (deploy === undefined && send.some((kind) => kind !== 'event')) {
    throw new InputError('send', `asks for \`${send.join(', ')}\`, but only a deploy has more than an event.`, {
      hint: 'Pass `deploy-record`, or drop `send`.',
    })
  }
  return { command: 'event', deploy, send, fields, rollsBack: readRollsBack(reader, deploy) }
}

function readRollsBack(reader: InputReader, deploy: Deploy | undefined): RollsBack | undefined {
  const text = reader.text('rolls-back')
  if (text === undefined) return undefined
  const version = /^version:\s*(.+)$/.exec(text)?.[1]
  if (version === undefined && text !== 'previous') return { deployId: text }
  if (version === undefined && deploy?.services.some(({ taskDefinition }) => taskDefinition !== undefined) !== true) {
    throw new InputError(
      'rolls-back',
      'is `previous`, and there is no `deploy-record` that says which version ran before.',
      {
        hint: 'Pass `deploy-record`, or write `rolls-back: version:1.4.2`.',
      },
    )
  }
  // Datadog finds a version's deployment by service, environment and version.
  if (deploy !== undefined && deploy.environment === undefined) {
    throw new InputError('env', `is missing, and \`rolls-back: ${text}\` needs it to find the deployment.`, {
      hint: 'Set it as `env` of that deployment is, for example `env: production`.',
    })
  }
  return { version }
}

/**
 * The key of a custom event: its run, job and content. Datadog shows an event that was sent twice, as its first answer was lost,
 * as one.
 */
function customKey(env: Environment, { title = '', text = '' }: EventFields): string {
  const { repository, id, attempt, job } = readWorkflowRun(env)
  const content = createHash('sha256').update(`${job}\n${title}\n${text}`).digest('hex').slice(0, 16)
  return aggregationKey([repository, id, attempt, content].filter((part) => part !== '').join('-'))
}

function readKinds(reader: InputReader): readonly MessageKind[] {
  const asked = reader.list('send')
  for (const kind of asked) {
    if (KINDS.some((known) => known === kind)) continue
    throw new InputError('send', `asks for \`${kind}\`, which is none of ${KINDS.map((k) => `\`${k}\``).join(', ')}.`, {
      hint: 'Write, for example, `send: event, change-event, dora-deployment`.',
    })
  }
  return asked.length === 0 ? ['event'] : KINDS.filter((kind) => asked.includes(kind))
}

function readFields(reader: InputReader, now: number): EventFields {
  const fields = {
    title: limited(reader, 'title', TITLE_LIMIT),
    text: reader.text('text'),
    alertType: reader.optionalChoice('alert-type', ALERT_TYPES),
    priority: reader.optionalChoice('priority', ['normal', 'low']),
    host: limited(reader, 'host', 255),
    deviceName: limited(reader, 'device-name', 255),
    sourceTypeName: limited(reader, 'source-type-name', 100),
    aggregationKey: limited(reader, 'aggregation-key', 100),
    relatedEventId: readEventId(reader),
    dateHappened: readDate(reader, now),
  }
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return { ...given, tags: readTags(reader), notify: readHandles(reader) }
}

function limited(reader: InputReader, name: string, limit: number): string | undefined {
  const value = reader.text(name)
  if (value !== undefined && value.length > limit) {
    throw new InputError(name, `has ${value.length} characters, and Datadog takes ${limit}.`, {
      hint: name === 'title' ? 'Shorten it, and put details into `text`.' : 'Shorten it.',
    })
  }
  return value
}

function readTags(reader: InputReader): readonly string[] {
  const tags = reader.list('tags')
  const long = tags.find((tag) => tag.length > TAG_LIMIT)
  if (long !== undefined) {
    throw new InputError(
      'tags',
      `has \`${cut(long, 40)}…\`, ${long.length} characters long; Datadog takes ${TAG_LIMIT}.`,
      {
        hint: 'Write one `key:value` on each line, or separate them with commas.',
      },
    )
  }
  if (tags.length > TAGS_LIMIT) {
    throw new InputError('tags', `has ${tags.length} tags, and Datadog takes ${TAGS_LIMIT}.`, {
      hint: 'Keep those that you filter by.',
    })
  }
  return tags
}

function readHandles(reader: InputReader): readonly string[] {
  const handles = reader.list('notify')
  const bad = handles.find((handle) => !/^@\w[\w.+@-]{0,199}$/.test(handle))
  if (bad === undefined && handles.length <= 20) return handles
  throw new InputError(
    'notify',
    bad === undefined
      ? `has ${handles.length} handles, and at most 20 are allowed.`
      : `has \`${bad}\`, which is not a handle.`,
    { hint: 'Write, for example, `notify: "@slack-deploys, @someone@example.com"`.' },
  )
}

function readEventId(reader: InputReader): string | undefined {
  const id = reader.text('related-event-id')
  if (id === undefined || /^[1-9]\d{0,18}$/.test(id)) return id
  throw new InputError('related-event-id', `is \`${id}\`, which is not the id of an event.`, {
    hint: 'Pass the output `event-id` of an earlier step: digits only.',
  })
}

function readDate(reader: InputReader, now: number): number | undefined {
  const value = reader.text('date-happened')
  if (value === undefined) return undefined
  const seconds = /^\d{1,11}$/.test(value) ? Number(value) : Math.floor(Date.parse(value) / 1000)
  const age = now / 1000 - seconds
  if (Number.isNaN(seconds) || age > OLDEST_S || age < -3600) {
    throw new InputError('date-happened', `is \`${value}\`, which is not a time within the last 18 hours.`, {
      hint: 'Write seconds since 1970, or a time such as `2026-03-01T12:00:00Z`. Datadog accepts no older events.',
    })
  }
  return seconds
}
