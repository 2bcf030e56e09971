import { CancelledError, describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Datadog } from '../api/client.ts'
import { showRequest } from '../api/show-request.ts'
import type { EventInputs } from '../inputs/event-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { TEXT_LIMIT } from '../messages/event.ts'
import { type Message, messagesOf, nameOf, notSent, type SentMessage } from './message.ts'
import { changeEventReceipt, doraReceipt, eventReceipt } from './receipt.ts'
import { sendSummary } from './send-summary.ts'

/** `command: event`. Sends all messages, one after the other; when one fails, the others are sent all the same. */
export async function sendMessages(inputs: CommonInputs & EventInputs, datadog: Datadog, world: World): Promise<void> {
  const { clock, log, step } = world
  const messages = messagesOf(inputs, clock.now())
  const { text = '' } = inputs.fields
  if (text.length > TEXT_LIMIT) {
    log.warning(`Input \`text\` has ${text.length} characters, and Datadog takes ${TEXT_LIMIT}. The rest is cut off.`)
  }
  if (inputs.deploy !== undefined) step.output('deploy-id', inputs.deploy.id)
  if (inputs.dryRun) {
    log.info('dry-run: nothing was sent. These are the requests:')
    for (const { request } of messages) log.info(`\n${showRequest(datadog.prepare(request))}`)
    return
  }
  if (inputs.deploy !== undefined) for (const sentence of notSent(inputs.deploy, inputs)) log.info(sentence)

  const until = clock.now() + inputs.timeoutMs
  const sent: SentMessage[] = []
  for (const message of messages) sent.push(await sendOne(message, datadog, until))

  setOutputs(sent, world)
  step.summary(sendSummary(sent, inputs))
  const failed = sent.find(({ error }) => error !== undefined)
  if (failed !== undefined && inputs.onError === 'fail') throw failed.error
  for (const { error } of sent) {
    if (error !== undefined) log.warning(describeError(error), { title: 'Datadog' })
  }
}

async function sendOne(message: Message, datadog: Datadog, until: number): Promise<SentMessage> {
  try {
    const answer = await datadog.call(message.request, until)
    return { message, ...receipts[message.kind](answer) }
  } catch (error) {
    // A request that Datadog refuses is reported; any other error is a defect of this action.
    if (!(error instanceof SlipwayError) || error instanceof CancelledError) throw error
    return { message, error }
  }
}

const receipts: Readonly<
  Record<Message['kind'], (answer: unknown) => { readonly id?: string; readonly url?: string }>
> = {
  event: eventReceipt,
  'change-event': changeEventReceipt,
  'dora-deployment': doraReceipt,
  'dora-failure': () => ({}),
  'dora-incident': doraReceipt,
}

function setOutputs(sent: readonly SentMessage[], { log, step }: World): void {
  const of = (kind: Message['kind']) =>
    sent.filter(({ message, error }) => message.kind === kind && error === undefined)
  const ids = (kind: Message['kind']) => of(kind).flatMap(({ id }) => (id === undefined ? [] : [id]))
  step.output('event-id', ids('event')[0] ?? '')
  step.output('event-url', of('event')[0]?.url ?? '')
  step.output('change-event-ids', ids('change-event'))
  step.output('dora-deployment-ids', ids('dora-deployment'))
  step.output('dora-incident-id', ids('dora-incident')[0] ?? '')
  for (const { message, id, url, error } of sent) {
    if (error === undefined)
      log.info(`Datadog accepted the ${nameOf(message)}${id ? ` ${id}` : ''}${url ? `: ${url}` : '.'}`)
  }
}
