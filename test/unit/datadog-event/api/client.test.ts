import { Datadog, type DatadogRequest } from '../../../../actions/datadog-event/src/api/client.ts'
import { DatadogError } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import { CancelledError, describeError } from '../../../../toolkit/errors.ts'
import type { TextAnswer, TextRequest } from '../../../../toolkit/http/exchange.ts'
import { FakeClock } from '../../../support/clock.ts'
import { API_KEY, APP_KEY, recordingWorld } from '../../../support/datadog-event/datadog.ts'

const site = { name: 'datadoghq.eu', api: 'https://api.datadoghq.eu', intake: 'https://intake.datadoghq.eu', app: '' }
const event: DatadogRequest = {
  operation: 'post the event',
  method: 'POST',
  host: 'api',
  path: '/api/v1/events',
  body: { title: 'x' },
  keys: 'api',
}
const monitors: DatadogRequest = {
  operation: 'read the monitors',
  method: 'GET',
  host: 'api',
  path: '/api/v1/monitor',
  query: { monitor_tags: 'service:web,env:prod' },
  keys: 'both',
}

const coded = (code: string) => Object.assign(new Error('it failed'), { code })

type Step = Partial<TextAnswer> | Error
/** A Datadog that answers each try with the next step; the last step is repeated. `takes` is how long each try lasts. */
function datadogOf(steps: readonly Step[], options: { app?: string | undefined; takes?: number } = {}) {
  const { world, lines } = recordingWorld({})
  const clock = new FakeClock()
  const sent: TextRequest[] = []
  const timeouts: number[] = []
  const datadog = new Datadog({
    site,
    keys: { api: API_KEY, app: 'app' in options ? options.app : APP_KEY },
    clock,
    log: world.log,
    signal: world.signal,
    random: () => 1,
    send: async (request, { timeoutMs }) => {
      const step = steps[Math.min(sent.length, steps.length - 1)] ?? {}
      sent.push(request)
      timeouts.push(timeoutMs)
      const { takes = 0 } = options
      await clock.sleep(Math.min(takes, timeoutMs))
      if (takes > timeoutMs) throw coded('ETIMEDOUT')
      if (step instanceof Error) throw step
      return { status: 200, headers: {}, text: '{}', ...step }
    },
  })
  const pauses = () => clock.slept.filter((ms) => ms !== (options.takes ?? 0))
  return { datadog, clock, sent, lines, timeouts, pauses, until: clock.now() + 60_000 }
}

const rejected = async (promise: Promise<unknown>): Promise<DatadogError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof DatadogError) return error
  throw new Error(`not a DatadogError: ${error}`)
}

test('sends each request to its host, with the keys that it needs only', () => {
  const { datadog } = datadogOf([])
  expect(datadog.prepare(event)).toEqual({
    method: 'POST',
    url: 'https://api.datadoghq.eu/api/v1/events',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'DD-API-KEY': API_KEY },
    body: '{"title":"x"}',
  })
  expect(datadog.prepare({ ...event, host: 'intake' }).url).toBe('https://intake.datadoghq.eu/api/v1/events')
  expect(datadog.prepare(monitors)).toEqual({
    method: 'GET',
    url: 'https://api.datadoghq.eu/api/v1/monitor?monitor_tags=service%3Aweb%2Cenv%3Aprod',
    headers: { accept: 'application/json', 'DD-API-KEY': API_KEY, 'DD-APPLICATION-KEY': APP_KEY },
  })
})

test('names a missing application key when the request needs it', () => {
  expect(() => datadogOf([], { app: undefined }).datadog.prepare(monitors)).toThrow('Input `app-key` is missing')
})

test.each([[408], [429], [500], [502], [503]])('retries %i', async (status) => {
  const { datadog, sent, until } = datadogOf([{ status }, { status }, { status: 202, text: '{"ok":1}' }])
  await expect(datadog.call(event, until)).resolves.toEqual({ ok: 1 })
  expect(sent).toHaveLength(3)
  expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
})

test.each([[400], [401], [403], [404], [413], [302]])('does not retry %i', async (status) => {
  const { datadog, sent, until } = datadogOf([{ status }])
  await rejected(datadog.call(event, until))
  expect(sent).toHaveLength(1)
})

test('a retry is a sentence of its own in the log', async () => {
  const text = '{"errors":["You exceeded the rate\\n"]}'
  const { datadog, lines, until } = datadogOf([{ status: 429, text }, {}])
  await datadog.call(event, until)
  expect(lines[0]).toMatch(/answered 429: You exceeded the rate\. Try 2 in \d+\.\d s\.$/)
})

test('retries a network error with the same body', async () => {
  const { datadog, sent, until } = datadogOf([coded('ECONNRESET'), {}])
  await datadog.call(event, until)
  expect(sent[1]).toEqual(sent[0])
})

test.each(['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN'])('does not retry %s', async (code) => {
  const { datadog, sent, until } = datadogOf([coded(code)])
  await rejected(datadog.call(event, until))
  expect(sent).toHaveLength(1)
})

test('waits after 429 as long as Datadog says', async () => {
  const { datadog, pauses, until } = datadogOf([{ status: 429, headers: { 'x-ratelimit-reset': '7' } }, {}])
  await datadog.call(event, until)
  expect(pauses()).toEqual([7000])
})

test('does not start a wait beyond the time limit', async () => {
  const headers = { 'x-ratelimit-reset': '3600', 'x-ratelimit-name': 'events_post' }
  const { datadog, pauses, until } = datadogOf([{ status: 429, headers }])
  const error = await rejected(datadog.call(event, until))
  expect(pauses()).toEqual([])
  expect(error.hint).toContain('`events_post`')
  expect(error.hint).toContain('`timeout`')
})

test.each([
  ['429 storm', [{ status: 429, headers: { 'x-ratelimit-reset': '1' } }], 0],
  ['429 without a header', [{ status: 429 }], 0],
  ['5xx', [{ status: 503 }], 0],
  ['resets', [coded('ECONNRESET')], 0],
  ['slow answers', [coded('ETIMEDOUT')], 15_000],
] as const)('%s: throws an error, never later than the time limit', async (_, steps, takes) => {
  const { datadog, clock, sent, timeouts, until } = datadogOf(steps, { takes })
  await rejected(datadog.call(event, until))
  expect(clock.now()).toBeLessThanOrEqual(until)
  expect(sent.length).toBeGreaterThan(1)
  for (const timeout of timeouts) expect(timeout).toBeLessThanOrEqual(15_000)
})

test('gives the last attempt only the time that is left', async () => {
  const { datadog, clock, timeouts } = datadogOf([coded('ETIMEDOUT')], { takes: 6000 })
  await rejected(datadog.call(event, clock.now() + 10_000))
  expect(timeouts[0]).toBe(10_000)
  expect(timeouts[1]).toBeLessThan(4000)
})

test.each([
  ['{"status":"ok","ev', 'not JSON'],
  ['', 'empty'],
])('does not send an event twice after the unreadable answer %j', async (text) => {
  const { datadog, sent, until } = datadogOf([{ status: 202, text }])
  await expect(datadog.call(event, until)).resolves.toBeUndefined()
  expect(sent).toHaveLength(1)
})

test.each([[{ text: '[{"id":1' }], [{ text: '[', cut: new Error('aborted') }]])(
  'a torn answer to a question (%j) is asked for again',
  async (step) => {
    const { datadog, sent, until } = datadogOf([step, { text: '[]' }])
    await expect(datadog.call(monitors, until)).resolves.toEqual([])
    expect(sent).toHaveLength(2)
  },
)

test('names the site and the usual cause after 403', async () => {
  const { datadog, until } = datadogOf([{ status: 403, text: '{"errors":["Forbidden"]}' }])
  const forEvent = describeError(await rejected(datadog.call(event, until)))
  expect(forEvent).toContain('https://api.datadoghq.eu/api/v1/events answered 403: Forbidden')
  expect(forEvent).toContain('The site asked was `datadoghq.eu`')
  const forMonitors = describeError(await rejected(datadog.call(monitors, until)))
  expect(forMonitors).toContain('monitors_read')
})

test.each([
  ['{"errors":["one","two"]}', 'one; two'],
  ['{"errors":[{"title":"Bad Request","detail":"no service","status":"400"}]}', 'Bad Request: no service'],
  ['<html>\n<b>Proxy</b></html>', '<html> <b>Proxy</b></html>'],
  ['{"errors":[{"code":7}]}', '{"code":7}'],
])('shows the error message of %s', async (text, words) => {
  const { datadog, until } = datadogOf([{ status: 400, text }])
  expect((await rejected(datadog.call(event, until))).message).toContain(words)
})

test('shows no key in an error when the answer repeats it', async () => {
  const { datadog, until, lines } = datadogOf([{ status: 500, text: `bad key ${API_KEY} and ${APP_KEY}` }])
  const said = `${describeError(await rejected(datadog.call(monitors, until)))} ${lines.join(' ')}`
  expect(said).toContain('bad key *** and ***')
  expect(said).not.toContain(API_KEY)
  expect(said).not.toContain(APP_KEY)
})

test('a cancelled run ends the retries', async () => {
  const { datadog, until } = datadogOf([new CancelledError('stop')])
  await expect(datadog.call(event, until)).rejects.toThrow(CancelledError)
})
