// The action's HTTP against a real server that misbehaves, over real sockets.
import { getEventListeners } from 'node:events'
import { main } from '../../../actions/datadog-event/src/main.ts'
import { systemClock } from '../../../toolkit/clock.ts'
import { CancelledError } from '../../../toolkit/errors.ts'
import { openExchange, type TextAnswer } from '../../../toolkit/http/exchange.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { API_KEY, RECORD, recordingWorld } from '../../support/datadog-event/datadog.ts'
import { answerJson, eventTaken, type Script, scriptedServer } from '../../support/scripted-server.ts'

type Server = Awaited<ReturnType<typeof scriptedServer>>
const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
async function serverOf(script: Script): Promise<Server> {
  const server = await scriptedServer(script)
  servers.push(server)
  return server
}

const never = new AbortController().signal
const ask = (server: Server, timeoutMs = 5000, signal = never) =>
  openExchange({})(
    { method: 'POST', url: `${server.url}/x`, headers: { 'DD-API-KEY': API_KEY }, body: '{}' },
    { timeoutMs, signal },
  )

const taken: Script = (_, response) => answerJson(response, 202, eventTaken())
const reset: Script = (_, response) => response.socket?.resetAndDestroy()
const silent: Script = () => {}
const torn: Script = (_, response) => {
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"status":"ok","event":{"id_str":"78')
  setImmediate(() => response.destroy())
}
/** Sends its head, and then one byte at a time without end. */
const dripping: Script = (_, response) => {
  response.writeHead(202)
  const drip = setInterval(() => response.write(' '), 5)
  response.on('close', () => clearInterval(drip))
}
const storm: Script = (_, response) =>
  answerJson(response, 429, { errors: ['Too many requests'] }, { 'x-ratelimit-reset': '1' })

test('an answer is read to its end, whatever its status', async () => {
  const answer = await ask(await serverOf((_, response) => answerJson(response, 503, { errors: ['down'] })))
  expect(answer).toMatchObject({ status: 503, text: '{"errors":["down"]}' })
  expect(answer.cut).toBeUndefined()
})

test('a reset connection is an error', async () => {
  await expect(ask(await serverOf(reset))).rejects.toThrow()
})

test('reports an answer that is cut off', async () => {
  const answer = await ask(await serverOf(torn))
  expect(answer).toMatchObject({ status: 202, text: '{"status":"ok","event":{"id_str":"78' })
  // An error of Node's own realm, and no `Error` of the test's.
  expect(answer.cut).toMatchObject({ message: 'aborted' })
})

test('gives up on a server that never answers', async () => {
  await expect(ask(await serverOf(silent), 50)).rejects.toThrow('There was no answer within')
})

test('gives up on an answer without end', async () => {
  const server = await serverOf(dripping)
  let answer: TextAnswer | undefined
  // How long the head takes depends on the machine: the limit grows until the head comes before it.
  for (let limitMs = 50; answer === undefined; limitMs *= 2) answer = await ask(server, limitMs).catch(() => undefined)
  expect(answer.cut?.message).toContain('There was no answer within')
})

test('a cancelled run stops waiting at once', async () => {
  const cancellation = new AbortController()
  const server = await serverOf(() => cancellation.abort(new CancelledError('stop')))
  await expect(ask(server, 60_000, cancellation.signal)).rejects.toThrow(CancelledError)
})

test('a redirect is not followed: the keys stay with the host they are for', async () => {
  const other = await serverOf(taken)
  const server = await serverOf((_, response) => response.writeHead(307, { location: `${other.url}/x` }).end())
  expect((await ask(server)).status).toBe(307)
  expect(other.seen).toEqual([])
})

test.each([
  ['answers', taken],
  ['tears its answers', torn],
  ['is silent', silent],
  ['drips', dripping],
  ['resets', reset],
] as const)('a server that %s is left without a connection', async (_, script) => {
  const server = await serverOf(script)
  for (let i = 0; i < 5; i++) await ask(server, 30).catch(() => {})
  // The closing of a socket takes a moment to reach the other side.
  while ((await server.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await server.connections()).toBe(0)
})

/** The timers that the action's own code sets and clears, until `end`. Those of Node and Jest are none of them. */
function watchTimers() {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const open = new Set<unknown>()
  const timers = { open, set: 0, end: () => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }) }
  Object.assign(globalThis, {
    setTimeout: (...args: Parameters<typeof set>) => {
      const timer = set(...args)
      timers.set++
      open.add(timer)
      return timer
    },
    clearTimeout: (timer: Parameters<typeof clear>[0]) => {
      open.delete(timer)
      clear(timer)
    },
  })
  return timers
}

test('a thousand exchanges leave no listener, timer or connection behind', async () => {
  const server = await serverOf((seen, response, count) =>
    [taken, torn, reset, storm][count % 4]?.(seen, response, count),
  )
  const { signal } = new AbortController()
  const timers = watchTimers()
  for (let i = 0; i < 1000; i++) await ask(server, 60_000, signal).catch(() => {})
  timers.end()
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(timers.set).toBeGreaterThanOrEqual(1000)
  expect(timers.open.size).toBe(0)
  while ((await server.connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})

/** The whole action, on the machine's own clock. */
async function act(inputs: Record<string, string>, script: Script) {
  const server = await serverOf(script)
  const recorded = recordingWorld(
    actionInputs('datadog-event', {
      'api-key': API_KEY,
      'api-url': server.url,
      'deploy-record': JSON.stringify(RECORD),
      ...inputs,
    }),
    { clock: systemClock },
  )
  const failure = await main(recorded.world).then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  return { ...recorded, failure, seen: server.seen }
}

/** Misbehaves at first, then takes the event. */
const atFirst =
  (times: number, script: Script): Script =>
  (seen, response, count) =>
    (count < times ? script : taken)(seen, response, count)

test.each([
  ['resets', reset],
  ['5xx', (_, response) => answerJson(response, 502, { errors: ['bad gateway'] })],
  ['a 429', storm],
] as readonly (readonly [string, Script])[])('after %s the event is posted, with the same key', async (_, script) => {
  const { failure, outputs, warnings, seen } = await act({}, atFirst(2, script))
  expect({ failure, warnings }).toEqual({ failure: undefined, warnings: [] })
  expect(outputs['event-id']).toBe('7890123456789012345')
  expect(seen).toHaveLength(3)
  expect(new Set(seen.map(({ text }) => text)).size).toBe(1)
})

test.each([
  ['a 429 storm', storm, 'answered 429: Too many requests'],
  ['silence', silent, 'There was no answer within'],
  ['resets without end', reset, 'no complete answer'],
] as const)('%s ends at the time limit: with a warning, or a failure with on-error: fail', async (_, script, words) => {
  // On a slow machine the answer itself may come after the limit: the limit grows until it comes before.
  let warned = await act({ timeout: '2s' }, script)
  for (let seconds = 4; !warned.warnings.join().includes(words) && seconds < 60; seconds *= 2)
    warned = await act({ timeout: `${seconds}s` }, script)
  expect(warned.failure).toBeUndefined()
  expect(warned.warnings.join()).toContain(words)
  const failed = await act({ timeout: '1s', 'on-error': 'fail' }, script)
  expect(failed.failure).toBeDefined()
})

test('posts the event once when the answer is cut off; its id is unknown', async () => {
  const { failure, outputs, seen, warnings } = await act({}, torn)
  expect({ failure, warnings }).toEqual({ failure: undefined, warnings: [] })
  expect(outputs['event-id']).toBe('')
  expect(seen).toHaveLength(1)
})

test.each([
  ['silent', silent],
  ['dripping', dripping],
  ['torn', torn],
  ['resetting', reset],
  ['a 429 storm', storm],
] as const)('ends a gate at its time limit with the verdict unknown when Datadog is %s', async (_, script) => {
  const gate = { command: 'gate', 'app-key': 'app', service: 'web', env: 'production', timeout: '1s' }
  const { failure, outputs, warnings } = await act(
    { ...gate, 'bake-time': '1s', prolong: '1s', interval: '1s' },
    script,
  )
  expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'unknown' })
  expect(warnings.join()).toContain('could not decide')
})
