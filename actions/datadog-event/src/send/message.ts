import type { DatadogRequest } from '../api/client.ts'
import type { Deploy } from '../deploy/deploy.ts'
import type { EventInputs, MessageKind } from '../inputs/event-inputs.ts'
import { changeEvent } from '../messages/change-event.ts'
import { doraDeployment, doraFailure, doraId, isDeployment, isFailure } from '../messages/dora.ts'
import { customEvent, deployEvent } from '../messages/event.ts'

/** One request to Datadog. */
export interface Message {
  readonly kind: MessageKind | 'dora-failure'
  /** Only where the message is about one service. */
  readonly service?: string
  readonly request: DatadogRequest
}

/** A message and how Datadog answered it. */
export interface SentMessage {
  readonly message: Message
  readonly id?: string
  readonly url?: string
  /** Why it was not accepted. */
  readonly error?: unknown
}

/** All messages to send, in order. Pure: `dry-run` prints exactly these. */
export function messagesOf(inputs: EventInputs, now: number): readonly Message[] {
  const { deploy, send, fields } = inputs
  if (deploy === undefined) return [{ kind: 'event', request: customEvent(fields.title ?? '', fields) }]
  const of: Readonly<Record<MessageKind, () => readonly Message[]>> = {
    event: () => [{ kind: 'event', request: deployEvent(deploy, fields, now) }],
    'change-event': () =>
      rolledOut(deploy).map((service) => ({
        kind: 'change-event',
        service: service.name,
        request: changeEvent(deploy, service, fields, now),
      })),
    'dora-deployment': () => doraMessages(deploy, inputs),
  }
  return send.flatMap((kind) => of[kind]())
}

/** The services for which something was rolled out. For the others nothing has changed. */
const rolledOut = ({ services }: Deploy) => services.filter(({ started }) => started)

function doraMessages(deploy: Deploy, { fields, rollsBack }: EventInputs): readonly Message[] {
  const { id, status, services } = deploy
  if (!isDeployment(status)) return []
  return services.flatMap((service): readonly Message[] => {
    const { name, started } = service
    const failure = (request: DatadogRequest): Message => ({ kind: 'dora-failure', service: name, request })
    // A rollback that failed, or found nothing to do, is no remedy.
    const remedy = started && !isFailure(status) ? doraId(id, name) : undefined
    return [
      ...(started
        ? [{ kind: 'dora-deployment' as const, service: name, request: doraDeployment(deploy, service, fields.tags) }]
        : []),
      ...(started && isFailure(status) ? [failure(doraFailure(id, name))] : []),
      ...(rollsBack === undefined ? [] : [failure(doraFailure(rollsBack, name, remedy))]),
    ]
  })
}

/** What is not sent of a deploy, and why. */
export function notSent(deploy: Deploy, send: readonly MessageKind[]): readonly string[] {
  const { status, services } = deploy
  const kinds = send.filter((kind) => kind !== 'event').map((kind) => NAMES[kind])
  const still = services.filter(({ started }) => !started).map(({ name }) => name)
  return [
    ...(kinds.length === 0 || still.length === 0
      ? []
      : [`No ${kinds.join(' and no ')} for ${still.join(', ')}: nothing was rolled out.`]),
    ...(send.includes('dora-deployment') && still.length < services.length && !isDeployment(status)
      ? [`No DORA deployment: a deploy with the status \`${status}\` is none.`]
      : []),
  ]
}

/** "change event for web" */
export const nameOf = ({ kind, service }: Message): string =>
  `${NAMES[kind]}${service === undefined ? '' : ` for ${service}`}`

const NAMES: Readonly<Record<Message['kind'], string>> = {
  event: 'event',
  'change-event': 'change event',
  'dora-deployment': 'DORA deployment',
  'dora-failure': 'DORA change failure',
}
