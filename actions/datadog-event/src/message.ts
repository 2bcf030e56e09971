import type { DatadogRequest } from './client.ts'
import { customEvent, deployEvent } from './event.ts'
import type { EventInputs, Kind } from './event-inputs.ts'

/** One thing to tell Datadog, and what it is about. */
export interface Message {
  readonly kind: Kind | 'dora-failure'
  /** The service it is about, where it is about one. */
  readonly service?: string
  readonly request: DatadogRequest
}

/** All that is to be sent, in order. Pure: `dry-run` prints exactly this. */
export function messagesOf({ deploy, send, fields }: EventInputs, now: number): readonly Message[] {
  if (deploy === undefined) return [{ kind: 'event', request: customEvent(fields.title ?? '', fields) }]
  return send.flatMap((kind): readonly Message[] => {
    if (kind === 'event') return [{ kind, request: deployEvent(deploy, fields, now) }]
    return []
  })
}

/** "change event for web" */
export const nameOf = ({ kind, service }: Message): string =>
  `${kind === 'dora-deployment' ? 'DORA deployment' : kind === 'dora-failure' ? 'DORA failure' : kind.replace('-', ' ')}${
    service === undefined ? '' : ` for ${service}`
  }`
