import type { ServerResponse } from 'node:http'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import { type ExchangeOptions, openExchange, type TextRequest } from '../../../../toolkit/http/exchange.ts'
import { VERSION } from '../../../../toolkit/version.ts'
import { scriptedServer } from '../../../support/scripted-server.ts'

/** Guards against a hang only. */
const LONG_MS = 600_000
const send = openExchange({})

let answer: (response: ServerResponse) => void
let server: Awaited<ReturnType<typeof scriptedServer>>
beforeEach(async () => {
  server = await scriptedServer((_, response) => answer(response))
})
afterEach(() => server.close())

const exchange = (request: Partial<TextRequest> = {}, options: Partial<ExchangeOptions> = {}) =>
  send(
    { method: 'GET', url: `${server.url}/api`, headers: {}, ...request },
    { timeoutMs: LONG_MS, signal: new AbortController().signal, ...options },
  )

test('sends method, headers and body, and names itself', async () => {
  answer = (response) => response.end()
  await exchange({ method: 'POST', url: `${server.url}/api?q=1`, headers: { 'x-key': 'k' }, body: '{"ö":1}' })
  expect(server.seen).toMatchObject([
    {
      method: 'POST',
      path: '/api',
      text: '{"ö":1}',
      headers: { 'x-key': 'k', 'user-agent': `slipway/${VERSION}`, 'content-length': '8' },
    },
  ])
  expect(server.seen[0]?.query.get('q')).toBe('1')
})

test.each([200, 302, 404, 503])('returns status %d with headers and text', async (status) => {
  answer = (response) => response.writeHead(status, { 'x-limit': '7', location: '/other' }).end('häuser')
  expect(await exchange()).toEqual({ status, headers: expect.objectContaining({ 'x-limit': '7' }), text: 'häuser' })
  expect(server.seen).toHaveLength(1)
})

test('joins characters that arrive in two parts', async () => {
  // Three bytes each: no size of a part is a multiple of three for long.
  const text = '€'.repeat(200_000)
  answer = (response) => response.end(text)
  expect((await exchange()).text === text).toBe(true)
})

test('opens a connection for each request, also for those that wait for one', async () => {
  const sockets = new Set<unknown>()
  answer = (response) => {
    sockets.add(response.socket)
    response.end()
  }
  // Eight at once to one host.
  await Promise.all(Array.from({ length: 20 }, () => exchange()))
  expect(sockets.size).toBe(20)
})

test('returns the part of an interrupted answer, with the reason', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  }
  const { status, text, cut } = await exchange()
  expect({ status, text }).toEqual({ status: 200, text: 'half' })
  expect(cut?.message).toContain('aborted')
})

test('throws the error of the connection when there is no answer', async () => {
  answer = (response) => response.destroy()
  const failure = await exchange().catch((error: unknown) => error)
  expect(isConnectionError(failure)).toBe(true)
})

test('throws ETIMEDOUT when the answer does not begin in time', async () => {
  answer = () => {}
  await expect(exchange({}, { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: 'There was no answer within 0.1 s.',
  })
})

test('cuts an answer that does not end in time', async () => {
  answer = (response) => response.writeHead(200).write('never ends')
  expect(await exchange({}, { timeoutMs: 2_000 })).toMatchObject({
    status: 200,
    cut: { code: 'ETIMEDOUT', message: 'There was no answer within 2.0 s.' },
  })
})

test('sends nothing when the run is cancelled already', async () => {
  const signal = AbortSignal.abort(new CancelledError('The run was cancelled.'))
  await expect(exchange({}, { signal })).rejects.toThrow(CancelledError)
  expect(server.seen).toEqual([])
})

test.each([
  ['waits for an answer', () => {}],
  ['reads an answer', (response: ServerResponse) => response.writeHead(200).write('never ends')],
])('throws CancelledError when the run is cancelled while it %s', async (_, begin) => {
  const cancellation = new AbortController()
  answer = (response) => {
    begin(response)
    cancellation.abort(new CancelledError('The run was cancelled.'))
  }
  await expect(exchange({}, { signal: cancellation.signal })).rejects.toThrow(CancelledError)
})
