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
      deploy.services.map((service) => ({
        kind: 'change-event',
        service: service.name,
        request: changeEvent(deploy, service, fields, now),
      })),
    'dora-deployment': () => doraMessages(deploy, inputs),
  }
  return send.flatMap((kind) => of[kind]())
}

function doraMessages(deploy: Deploy, { fields, rollsBack }: EventInputs): readonly Message[] {
  if (!isDeployment(deploy.status)) return []
  return deploy.services.flatMap((service): readonly Message[] => {
    const { name } = service
    const failure = (request: DatadogRequest): Message => ({ kind: 'dora-failure', service: name, request })
    return [
      { kind: 'dora-deployment', service: name, request: doraDeployment(deploy, service, fields.tags) },
      ...(isFailure(deploy.status) ? [failure(doraFailure(deploy.id, name))] : []),
      ...(rollsBack === undefined ? [] : [failure(doraFailure(rollsBack, name, doraId(deploy.id, name)))]),
    ]
  })
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
