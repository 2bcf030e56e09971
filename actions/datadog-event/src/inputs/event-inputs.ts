import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { cut } from '../../../../toolkit/text/cut.ts'
import type { Custom } from '../deploy/custom.ts'
import { aggregationKey, type Deploy, type RollsBack } from '../deploy/deploy.ts'
import { TAG_LIMIT, TAGS_LIMIT } from '../deploy/deploy-tags.ts'
import { ALERT_TYPES, type EventFields, OLDEST_S, TITLE_LIMIT } from '../messages/event.ts'
import { readCustom } from './custom-inputs.ts'
import { readDeploy } from './deploy-inputs.ts'
import { readTime } from './times.ts'

/** The kinds of message that can be sent. */
export const KINDS = ['event', 'change-event', 'dora-deployment', 'dora-failure', 'dora-incident'] as const
export type MessageKind = (typeof KINDS)[number]

export interface EventInputs {
  readonly command: 'event'
  /** Of a deploy, or `undefined` for any other event. */
  readonly deploy: Deploy | undefined
  /** Of any other event. */
  readonly custom?: Custom
  readonly send: readonly MessageKind[]
  readonly fields: EventFields
  readonly rollsBack: RollsBack | undefined
}

/** Reads the inputs of `command: event`. @throws InputError */
export function readEventInputs(reader: InputReader, env: Environment, now: number): EventInputs {
  const deploy = readDeploy(reader, env, now)
  const fields = readFields(reader, now)
  const send = readKinds(reader)
  const needsTitle = send.some((kind) => kind !== 'dora-failure')
  if (deploy === undefined && fields.title === undefined && needsTitle) {
    throw new InputError('deploy-record', 'is missing, and so are `status` and `title`: there is nothing to send.', {
      hint: 'Pass `deploy-record: ${{ steps.deploy.outputs.deploy-record }}`, or `status: started` before a deploy, or a `title` for a custom event.',
    })
  }
  const rollsBack = readRollsBack(reader, deploy)
  if (deploy !== undefined) {
    refuseCustom(reader, send)
    return { command: 'event', deploy, send, fields, rollsBack }
  }
  const custom = readCustom(reader, env, now, { send, fields, rollsBack })
  const key = fields.aggregationKey ?? aggregationKey(custom.id)
  return { command: 'event', deploy, custom, send, fields: { ...fields, aggregationKey: key }, rollsBack }
}

/** What only an event without a deploy takes. @throws InputError */
function refuseCustom(reader: InputReader, send: readonly MessageKind[]): void {
  const hint = 'Send it in a step of its own, with a `title`, without `deploy-record` and `status`.'
  for (const kind of ['dora-incident', 'dora-failure'] as const) {
    if (!send.includes(kind)) continue
    throw new InputError('send', `asks for \`${kind}\`, which is not about this deploy.`, {
      hint: `${hint} A deploy that failed is marked by \`dora-deployment\`.`,
    })
  }
  for (const name of ['changed-resource', 'previous-value', 'new-value', 'severity']) {
    if (reader.text(name) === undefined) continue
    throw new InputError(name, 'is set, and a deploy has no such thing.', { hint })
  }
}

function readRollsBack(reader: InputReader, deploy: Deploy | undefined): RollsBack | undefined {
  const text = reader.text('rolls-back')
  if (text === undefined) return undefined
  if (/^version:\s*$/.test(text)) {
    throw new InputError('rolls-back', 'is `version:`, without a version.', {
      hint: 'The expression after it has no value. Write, for example, `rolls-back: version:1.4.2`.',
    })
  }
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
  if ((deploy === undefined ? reader.text('env') : deploy.environment) === undefined) {
    throw new InputError('env', `is missing, and \`rolls-back: ${text}\` needs it to find the deployment.`, {
      hint: 'Set it as `env` of that deployment is, for example `env: production`.',
    })
  }
  return { version }
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
    dateHappened: readTime(reader, 'date-happened', now, { seconds: OLDEST_S, words: '18 hours' }),
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
