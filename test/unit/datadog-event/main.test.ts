import { main } from '../../../actions/datadog-event/src/main.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { API_KEY, RECORD, recordingWorld } from '../../support/datadog-event/datadog.ts'
import { answerJson, eventTaken, type Script, scriptedServer } from '../../support/scripted-server.ts'

const servers: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function run(inputs: Record<string, string>, script: Script) {
  const server = await scriptedServer(script)
  servers.push(server)
  const recorded = recordingWorld(
    actionInputs('datadog-event', {
      'api-key': API_KEY,
      'api-url': server.url,
      'deploy-record': JSON.stringify(RECORD),
      ...inputs,
    }),
  )
  const failure = await main(recorded.world).then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  return { ...recorded, failure, seen: server.seen }
}

const taken: Script = (_, response) => answerJson(response, 202, eventTaken())

test('posts the event of a deploy and hands on its id', async () => {
  const { failure, seen, outputs, warnings, lines, summaries } = await run({}, taken)
  expect(failure).toBeUndefined()
  expect(warnings).toEqual([])
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({
    method: 'POST',
    path: '/api/v1/events',
    headers: { 'dd-api-key': API_KEY, 'content-type': 'application/json' },
    body: { title: 'Deploy of web 1.4.2 to production succeeded', aggregation_key: 'org/web-7-1' },
  })
  expect(outputs).toMatchObject({
    'event-id': '7890123456789012345',
    'event-url': 'https://app.datadoghq.com/event/event?id=7890123456789012345',
    'deploy-id': 'org/web-7-1',
  })
  expect(summaries.join()).toContain('7890123456789012345')
  expect(lines.join('\n')).not.toContain(API_KEY)
})

test('a Datadog that refuses is a warning by default', async () => {
  const { failure, warnings, outputs } = await run({}, (_, response) =>
    answerJson(response, 403, { errors: ['Forbidden'] }),
  )
  expect(failure).toBeUndefined()
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('The site asked was')
  expect(outputs).toMatchObject({ 'event-id': '', 'event-url': '' })
})

test('a Datadog that refuses fails the step where that is asked for', async () => {
  const { failure } = await run({ 'on-error': 'fail' }, (_, response) =>
    answerJson(response, 403, { errors: ['Forbidden'] }),
  )
  expect(failure?.message).toContain('answered 403: Forbidden')
})

test('dry-run prints the exact request with the key masked, and sends nothing', async () => {
  const { seen, lines, outputs } = await run({ 'dry-run': 'true' }, taken)
  expect(seen).toEqual([])
  const log = lines.join('\n')
  expect(log).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/api\/v1\/events/)
  expect(log).toContain('DD-API-KEY: ***')
  expect(log).not.toContain(API_KEY)
  expect(outputs['event-id']).toBeUndefined()

  const sent = (await run({}, taken)).seen[0]
  expect(JSON.parse(log.slice(log.indexOf('{')))).toEqual(sent?.body)
})

test('sends a custom event without a deploy', async () => {
  const { seen, failure } = await run({ 'deploy-record': '', title: 'Cache flushed', 'alert-type': 'warning' }, taken)
  expect(failure).toBeUndefined()
  expect(seen[0]?.body).toEqual({
    ...{ title: 'Cache flushed', text: '%%% \n\n %%%', alert_type: 'warning' },
    aggregation_key: expect.stringMatching(/^org\/web-7-1-[0-9a-f]{16}$/),
  })
})

test('bad input is refused before anything is sent', async () => {
  const { failure, seen } = await run({ 'alert-type': 'danger' }, taken)
  expect(failure?.message).toContain('alert-type')
  expect(seen).toEqual([])
})

test('a text too long is cut, and the input named', async () => {
  const { failure, seen, warnings } = await run({ text: 'x'.repeat(5000) }, taken)
  expect(failure).toBeUndefined()
  expect(warnings).toEqual(['Input `text` has 5000 characters, and Datadog takes 4000. The rest is cut off.'])
  expect(seen[0]?.body).toMatchObject({ text: expect.stringMatching(/^[\s\S]{4000}$/) })
})

test('sends the other messages when one fails', async () => {
  const send = 'event, change-event, dora-deployment'
  const { failure, seen, warnings, outputs, summaries } = await run({ send }, (asked, response) =>
    asked.path === '/api/v2/events'
      ? answerJson(response, 400, { errors: [{ title: 'Generic Error', detail: 'no' }] })
      : answerJson(response, 202, asked.path === '/api/v1/events' ? eventTaken() : { data: { id: 'dora-1' } }),
  )
  expect(failure).toBeUndefined()
  expect(seen.map(({ path }) => path)).toEqual(['/api/v1/events', '/api/v2/events', '/api/v2/dora/deployment'])
  expect(warnings).toHaveLength(1)
  expect(outputs).toMatchObject({
    'event-id': expect.any(String),
    'change-event-ids': [],
    'dora-deployment-ids': ['dora-1'],
  })
  expect(summaries.join()).toContain('**not accepted**')
})

test('sends no DORA failure without the application key, and names the input', async () => {
  const failed = JSON.stringify(RECORD).replaceAll('"verdict":"succeeded"', '"verdict":"failed"')
  const { failure, seen, warnings } = await run({ 'deploy-record': failed, send: 'dora-deployment' }, (_, response) =>
    answerJson(response, 200, { data: { id: 'dora-1' } }),
  )
  expect(failure).toBeUndefined()
  expect(seen).toHaveLength(1)
  expect(warnings.join()).toContain('Input `app-key` is missing')
})
