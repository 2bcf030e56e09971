import { CancelledError, describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Datadog } from '../api/client.ts'
import { showRequest } from '../api/show-request.ts'
import type { EventInputs } from '../inputs/event-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { TEXT_LIMIT } from '../messages/event.ts'
import { type Message, messagesOf, nameOf } from './message.ts'
import { changeEventReceipt, doraReceipt, eventReceipt } from './receipt.ts'
import { tellSummary } from './send-summary.ts'

/** What became of one message. */
export interface Told {
  readonly message: Message
  readonly id?: string
  readonly url?: string
  readonly trouble?: unknown
}

/** `command: event`. Sends all messages, one after the other; trouble with one does not keep the others back. */
export async function tell(inputs: CommonInputs & EventInputs, datadog: Datadog, world: World): Promise<void> {
  const { clock, log, step } = world
  const messages = messagesOf(inputs, clock.now())
  const { text = '' } = inputs.fields
  if (text.length > TEXT_LIMIT) {
    log.warning(`Input \`text\` has ${text.length} characters, and Datadog takes ${TEXT_LIMIT}: it is cut.`)
  }
  if (inputs.deploy !== undefined) step.output('deploy-id', inputs.deploy.id)
  if (inputs.dryRun) {
    log.info('dry-run: this is what would be sent, and nothing was.')
    for (const { request } of messages) log.info(`\n${showRequest(datadog.prepare(request))}`)
    return
  }
  if (messages.length === 0)
    log.info(`Nothing to send: a deploy that is \`${inputs.deploy?.status}\` is no DORA deployment.`)

  const until = clock.now() + inputs.timeoutMs
  const told: Told[] = []
  for (const message of messages) told.push(await tellOne(message, datadog, until))

  setOutputs(told, world)
  step.summary(tellSummary(told, inputs))
  const failed = told.find(({ trouble }) => trouble !== undefined)
  if (failed !== undefined && inputs.onError === 'fail') throw failed.trouble
  for (const { trouble } of told) {
    if (trouble !== undefined) log.warning(describeError(trouble), { title: 'Datadog' })
  }
}

async function tellOne(message: Message, datadog: Datadog, until: number): Promise<Told> {
  try {
    const answer = await datadog.call(message.request, until)
    return { message, ...receipts[message.kind](answer) }
  } catch (trouble) {
    // What Datadog says no to is its trouble; anything else is a defect of ours.
    if (!(trouble instanceof SlipwayError) || trouble instanceof CancelledError) throw trouble
    return { message, trouble }
  }
}

const receipts: Readonly<
  Record<Message['kind'], (answer: unknown) => { readonly id?: string; readonly url?: string }>
> = {
  event: eventReceipt,
  'change-event': changeEventReceipt,
  'dora-deployment': doraReceipt,
  'dora-failure': () => ({}),
}

function setOutputs(told: readonly Told[], { log, step }: World): void {
  const of = (kind: Message['kind']) =>
    told.filter(({ message, trouble }) => message.kind === kind && trouble === undefined)
  const ids = (kind: Message['kind']) => of(kind).flatMap(({ id }) => (id === undefined ? [] : [id]))
  step.output('event-id', ids('event')[0] ?? '')
  step.output('event-url', of('event')[0]?.url ?? '')
  step.output('change-event-ids', ids('change-event'))
  step.output('dora-deployment-ids', ids('dora-deployment'))
  for (const { message, id, url, trouble } of told) {
    if (trouble === undefined)
      log.info(`Datadog took the ${nameOf(message)}${id ? ` ${id}` : ''}${url ? `: ${url}` : '.'}`)
  }
}
