import type { DatadogRequest } from '../api/client.ts'
import { type Custom, customTags } from '../deploy/custom.ts'
import { type Deploy, type DeployedService, nameOfCode, type RollsBack } from '../deploy/deploy.ts'
import type { EventInputs, MessageKind } from '../inputs/event-inputs.ts'
import { changeEvent } from '../messages/change-event.ts'
import { customChange } from '../messages/custom-change.ts'
import {
  type DoraTarget,
  doraDeployment,
  doraFailure,
  doraId,
  isDeployment,
  isFailure,
  type Remediation,
} from '../messages/dora.ts'
import { customEvent, deployEvent, type EventFields } from '../messages/event.ts'
import { doraIncident } from '../messages/incident.ts'

/** One request to Datadog. */
export interface Message {
  readonly kind: MessageKind
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
  const { deploy, custom, send, fields } = inputs
  if (deploy === undefined) return custom === undefined ? [] : customMessages(custom, inputs)
  const of: Readonly<Record<MessageKind, () => readonly Message[]>> = {
    event: () => [{ kind: 'event', request: deployEvent(deploy, fields, now) }],
    'change-event': () =>
      [deploy, ...(deploy.rollback === undefined ? [] : [deploy.rollback])].flatMap((one) =>
        changeMessages(one, fields, now),
      ),
    'dora-deployment': () => doraMessages(deploy, inputs),
    'dora-failure': () => [],
    'dora-incident': () => [],
  }
  return send.flatMap((kind) => of[kind]())
}

function customMessages(custom: Custom, { send, fields, rollsBack }: EventInputs): readonly Message[] {
  const { changed, services, environment: env = '' } = custom
  const failed = (service: string): readonly DoraTarget[] => {
    if (rollsBack === undefined) return []
    if ('deployId' in rollsBack) return [{ deployId: rollsBack.deployId, service }]
    return rollsBack.version === undefined ? [] : [{ service, env, version: rollsBack.version }]
  }
  const of: Readonly<Record<MessageKind, () => readonly DatadogRequest[]>> = {
    event: () => [customEvent(fields.title ?? '', fields, customTags(custom))],
    'change-event': () => (changed === undefined ? [] : [customChange(custom, changed, fields)]),
    'dora-deployment': () => [],
    'dora-failure': () => services.flatMap(failed).map((target) => doraFailure(target)),
    'dora-incident': () => [doraIncident(custom, fields)],
  }
  return send.flatMap((kind) => of[kind]().map((request) => ({ kind, request })))
}

/** The services for which something was rolled out. For the others nothing has changed. */
const rolledOut = ({ services }: Deploy) => services.filter(({ started }) => started)

const changeMessages = (deploy: Deploy, fields: EventFields, now: number): readonly Message[] =>
  rolledOut(deploy).map((service) => ({
    kind: 'change-event',
    service: service.name,
    request: changeEvent(deploy, service, fields, now),
  }))

function doraMessages(deploy: Deploy, { fields, rollsBack }: EventInputs): readonly Message[] {
  const { id, services, rollback } = deploy
  return services.flatMap((service): readonly Message[] => {
    const { name, started, status } = service
    if (!isDeployment(status)) return []
    const deployment = (of: Deploy, one: DeployedService): Message => ({
      kind: 'dora-deployment',
      service: name,
      request: doraDeployment(of, one, fields.tags),
    })
    const failure = (target: DoraTarget, by?: Remediation): Message => ({
      kind: 'dora-failure',
      service: name,
      request: doraFailure(target, by),
    })
    const back = rollback?.services.find((one) => one.name === name)
    const undone = rollback && back && remedy(rollback, back)
    const bad = rollsBack === undefined ? undefined : rolledBackTarget(rollsBack, deploy, service)
    return [
      ...(started ? [deployment(deploy, service)] : []),
      ...(rollback && back && undone ? [deployment(rollback, back)] : []),
      ...(started && isFailure(status) ? [failure({ deployId: id, service: name }, undone)] : []),
      ...(bad === undefined ? [] : [failure(bad, remedy(deploy, service))]),
    ]
  })
}

/** The deployment that `rolls-back` names; `undefined` if the version that ran before is not known. */
function rolledBackTarget(
  rollsBack: RollsBack,
  { environment: env = '' }: Deploy,
  { name: service, previousCode }: DeployedService,
): DoraTarget | undefined {
  if ('deployId' in rollsBack) return { deployId: rollsBack.deployId, service }
  const version = rollsBack.version ?? nameOfCode(previousCode)
  return version === undefined ? undefined : { service, env, version }
}

/** The deployment that undid another one. A rollback that failed, or found nothing to do, is none. */
const remedy = (deploy: Deploy, { name, started, status }: DeployedService): Remediation | undefined =>
  status === 'succeeded' && started
    ? { id: doraId(deploy.id, name), type: deploy.kind === 'rollback' ? 'rollback' : 'rollforward' }
    : undefined

/** What is not sent of a deploy, and why. */
export function notSent(
  deploy: Deploy,
  { send, rollsBack }: Pick<EventInputs, 'send' | 'rollsBack'>,
): readonly string[] {
  const { services } = deploy
  const uncounted = services.filter(({ started, status }) => started && !isDeployment(status))
  const unknown = services.filter(
    (service) => rollsBack !== undefined && rolledBackTarget(rollsBack, deploy, service) === undefined,
  )
  const kinds = send.filter((kind) => kind !== 'event').map((kind) => NAMES[kind])
  const still = services.filter(({ started }) => !started).map(({ name }) => name)
  return [
    ...(kinds.length === 0 || still.length === 0
      ? []
      : [`No ${kinds.join(' and no ')} for ${still.join(', ')}: nothing was rolled out.`]),
    ...(send.includes('dora-deployment')
      ? uncounted.map(
          ({ name, status }) => `No DORA deployment for ${name}: a deploy with the status \`${status}\` is none.`,
        )
      : []),
    ...(send.includes('dora-deployment')
      ? unknown.map(({ name }) => `No DORA change failure for ${name}: the version that ran before is not known.`)
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
  'dora-incident': 'DORA incident',
}
