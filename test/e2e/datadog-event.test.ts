// The committed bundle against a real HTTP server that answers as Datadog does.
import { API_KEY, APP_KEY, RECORD, RUN_ENV } from '../support/datadog-event/datadog.ts'
import { bundle, runStep } from '../support/run-action.ts'
import { answerJson, eventTaken, type Script, scriptedServer } from '../support/scripted-server.ts'

const servers: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function step(inputs: Record<string, string>, script: Script) {
  const server = await scriptedServer(script)
  servers.push(server)
  const result = await runStep(bundle('datadog-event'), {
    inputs: { 'api-key': API_KEY, 'api-url': server.url, ...inputs },
    env: RUN_ENV as Record<string, string>,
  })
  // The runner swallows these lines; everything else is what people see.
  const shown = result.log.replace(/^::add-mask::.*$/gm, '')
  return { ...result, seen: server.seen, shown }
}

const taken: Script = (_, response) => answerJson(response, 202, eventTaken())
const record = JSON.stringify(RECORD)

test('posts the event of a deploy', async () => {
  const { code, seen, outputs, shown, log, summary } = await step(
    { 'deploy-record': record, 'app-key': APP_KEY },
    taken,
  )
  expect({ code, shown }).toMatchObject({ code: 0 })
  expect(seen[0]).toMatchObject({ path: '/api/v1/events', headers: { 'dd-api-key': API_KEY } })
  expect(outputs).toMatchObject({ 'event-id': '7890123456789012345', 'deploy-id': RECORD.deployId })
  expect(log.indexOf(`::add-mask::${API_KEY}`)).toBe(0)
  expect(`${shown}${summary}`).not.toMatch(new RegExp(`${API_KEY}|${APP_KEY}`))
})

test('invalid input: one error, with the name of the input, and nothing is sent', async () => {
  const { code, seen, shown } = await step({ 'deploy-record': record, 'alert-type': 'danger' }, taken)
  expect(code).toBe(1)
  expect(seen).toEqual([])
  expect(shown.match(/^::error::/gm)).toHaveLength(1)
  expect(shown).toContain('Input `alert-type` is `danger`')
})

test('a Datadog that cannot be reached warns, and the step stays green', async () => {
  const { code, shown, outputs } = await step(
    { 'deploy-record': record, 'api-url': 'http://127.0.0.1:9', timeout: '2s' },
    taken,
  )
  expect(code).toBe(0)
  expect(shown).toMatch(
    /^::warning title=Datadog::Could not post the event: no complete answer came from http:\/\/127/m,
  )
  expect(outputs['event-id']).toBe('')
})

test('a wrong key fails the step with on-error: fail, and is not shown', async () => {
  const { code, shown } = await step({ 'deploy-record': record, 'on-error': 'fail' }, (seen, response) =>
    answerJson(response, 403, { errors: [`Forbidden: ${seen.headers['dd-api-key']}`] }),
  )
  expect(code).toBe(1)
  expect(shown).toContain('answered 403: Forbidden')
  expect(shown).toContain('The site asked was')
  expect(shown).not.toContain(API_KEY)
})

test('dry-run shows the request without the keys', async () => {
  const { code, seen, shown } = await step({ title: 'Hello', 'dry-run': 'true' }, taken)
  expect({ code, seen }).toEqual({ code: 0, seen: [] })
  expect(shown).toContain('/api/v1/events')
  expect(shown).toContain('DD-API-KEY: ***')
  expect(shown).not.toContain(API_KEY)
})
