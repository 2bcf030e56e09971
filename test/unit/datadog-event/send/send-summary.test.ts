import type { EventInputs } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { readInputs } from '../../../../actions/datadog-event/src/inputs/inputs.ts'
import type { SentMessage } from '../../../../actions/datadog-event/src/send/message.ts'
import { sendSummary } from '../../../../actions/datadog-event/src/send/send-summary.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { API_KEY, RECORD, recordingWorld } from '../../../support/datadog-event/datadog.ts'

function summary(inputs: Record<string, string>, ...sent: readonly Partial<SentMessage>[]) {
  const env = actionInputs('datadog-event', { 'api-key': API_KEY, ...inputs })
  const read = readInputs(env, recordingWorld({}).world.log, 0) as ReturnType<typeof readInputs> & EventInputs
  const message = { kind: 'change-event', service: 'web', request: {} } as unknown as SentMessage['message']
  return sendSummary(
    sent.map((one) => ({ message, ...one })),
    read,
  )
}
const deploy = { 'deploy-record': JSON.stringify(RECORD) }

test('links an event that has an address, and shows the id of any other', () => {
  const shown = summary(deploy, { id: '78', url: 'https://app.datadoghq.com/event/event?id=78' }, { id: 'uid' }, {})
  expect(shown).toBe(
    [
      '### Datadog (datadoghq.com)',
      '',
      'Deploy `org/web-7-1`',
      '',
      '| Message | Outcome | ID |',
      '| --- | --- | --- |',
      '| change event for web | accepted | [`78`](https://app.datadoghq.com/event/event?id=78) |',
      '| change event for web | accepted | `uid` |',
      '| change event for web | accepted |  |',
    ].join('\n'),
  )
})

test('shows why a message was not accepted, on one line and without markdown of Datadog’s', () => {
  const error = new Error('answered 400:\n<b>no</b> | x')
  expect(summary(deploy, { error })).toContain('| **not accepted**: answered 400: &lt;b>no&lt;/b> \\| x |')
})

test('names no deploy where there is none', () => {
  expect(summary({ title: 'Cache flushed' }, {})).not.toContain('Deploy')
})
