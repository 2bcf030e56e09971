// An event that is not about a deploy: of the feed, of a changed flag or configuration, or an incident.
import { createHash } from 'node:crypto'
import { InputError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import type { ChangedResource, Custom } from '../deploy/custom.ts'
import type { RollsBack } from '../deploy/deploy.ts'
import type { EventFields } from '../messages/event.ts'
import { readSpan } from './times.ts'

/** Datadog's limit on the names of resources. */
const NAME_LIMIT = 128

interface Asked {
  readonly send: readonly string[]
  readonly fields: EventFields
  readonly rollsBack: RollsBack | undefined
}

/** Reads what is known of the event, and checks that what `send` asks for can be made of it. @throws InputError */
export function readCustom(
  reader: InputReader,
  env: Environment,
  now: number,
  { send, fields, rollsBack }: Asked,
): Custom {
  const run = readWorkflowRun(env)
  const services = reader.list('service')
  const { startedAt = fields.dateHappened === undefined ? now : fields.dateHappened * 1000, finishedAt } = readSpan(
    reader,
    now,
  )
  const changed = readChanged(reader)
  const team = reader.text('team')
  refuseUnsent(send, changed)
  refuseUnmarked(send, rollsBack, services)
  if (send.includes('dora-incident') && services.length === 0 && team === undefined) {
    throw new InputError('service', 'is missing, and an incident is one of a service or a team.', {
      hint: 'Set `service: web`, or `team`.',
    })
  }
  const environment = reader.text('env')
  const about = [changed?.name, environment, team, ...services]
  return {
    id: reader.text('deploy-id') ?? idOf(env, fields, about),
    services,
    startedAt,
    ...defined({
      ...{ finishedAt, changed, team, environment },
      version: reader.text('version'),
      severity: reader.text('severity'),
      scheduled: run.eventName === 'schedule' ? true : undefined,
    }),
    run: { url: run.url, actor: run.actor, commitUrl: run.commitUrl },
  }
}

/** @throws InputError for a message that needs a deploy, or another input */
function refuseUnsent(send: readonly string[], changed: ChangedResource | undefined): void {
  if (send.includes('dora-deployment')) {
    throw new InputError('send', 'asks for `dora-deployment`, and there is no deploy.', {
      hint: 'Pass `deploy-record`, or `status` and `service`.',
    })
  }
  if (send.includes('change-event') && changed === undefined) {
    throw new InputError('changed-resource', 'is missing, and without a deploy `change-event` needs it.', {
      hint: 'Write the name of the flag or the configuration, for example `changed-resource: new-checkout`. For a deploy pass `deploy-record`, or `status` and `service`.',
    })
  }
  if (!send.includes('change-event') && changed !== undefined) {
    throw new InputError('changed-resource', 'is set, and `send` asks for no `change-event`.', {
      hint: 'Write `send: change-event`.',
    })
  }
}

/** @throws InputError unless a deployment is named together with `dora-failure` */
function refuseUnmarked(send: readonly string[], rollsBack: RollsBack | undefined, services: readonly string[]): void {
  const marks = send.includes('dora-failure')
  if (marks !== (rollsBack !== undefined)) {
    throw new InputError(
      'rolls-back',
      marks ? 'is missing, and `dora-failure` marks the deployment that it names.' : 'is set, and there is no deploy.',
      {
        hint: marks
          ? 'Write, for example, `rolls-back: version:1.4.2`.'
          : 'To mark a deployment as failed without a deploy, write `send: dora-failure`.',
      },
    )
  }
  if (marks && services.length === 0) {
    throw new InputError('service', 'is missing, and `dora-failure` marks the deployment of a service.', {
      hint: 'Set it under `with:`, for example `service: web`.',
    })
  }
}

function readChanged(reader: InputReader): ChangedResource | undefined {
  const name = reader.text('changed-resource')
  const type = reader.choice('changed-resource-type', ['configuration', 'feature_flag'], 'configuration')
  const [previous, next] = [readValue(reader, 'previous-value'), readValue(reader, 'new-value')]
  if (name === undefined) return undefined
  if (name.length > NAME_LIMIT) {
    throw new InputError('changed-resource', `has ${name.length} characters, and Datadog takes ${NAME_LIMIT}.`, {
      hint: 'Shorten it.',
    })
  }
  return { name, type, ...defined({ previous, next }) }
}

/** An object as JSON as it is; any other JSON, or text, as the member `value`. */
function readValue(reader: InputReader, name: string): Readonly<Record<string, unknown>> | undefined {
  const text = reader.text(name)
  if (text === undefined) return undefined
  const value = jsonOr(text, name)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : { value }
}

function jsonOr(text: string, name: string): unknown {
  try {
    return parseJson(text, `Input \`${name}\``)
  } catch (error) {
    if (error instanceof TooDeepError) throw error
    return text
  }
}

/**
 * The id of the event: its run, job and content, and what it is `about`. Datadog shows an event that was sent twice, as its first
 * answer was lost, as one.
 */
function idOf(
  env: Environment,
  { title = '', text = '' }: EventFields,
  about: readonly (string | undefined)[],
): string {
  const { repository, id, attempt, job } = readWorkflowRun(env)
  const content = createHash('sha256')
    .update(JSON.stringify([job, title, text, ...about]))
    .digest('hex')
    .slice(0, 16)
  return [repository, id, attempt, content].filter((part) => part !== '').join('-')
}
