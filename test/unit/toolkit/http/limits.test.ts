// Servers that send without end or a byte at a time, against real sockets. The clock stands still until a test ends a sleep.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import { discard, type HttpRequest, openHttp, readBody } from '../../../../toolkit/http/http.ts'
import { HeldClock } from '../../../support/clock.ts'
import { answerWithoutEnd } from '../../../support/scripted-server.ts'

const [TOTAL_MS, ANSWER_MS] = [120_000, 900_000]
const PACE = { bytes: 1000, ms: 60_000 }
let clock: HeldClock
let server: Server
let answer: (response: ServerResponse, request: IncomingMessage) => unknown
/** Resolves when the connection of the last request has ended. */
let closed: Promise<unknown>

beforeEach(async () => {
  clock = new HeldClock()
  server = createServer((request, response) => {
    request.on('error', () => {})
    closed = once(response, 'close')
    answer(response, request)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
const send = (request: Partial<HttpRequest> = {}) =>
  openHttp(
    {},
    { totalMs: TOTAL_MS, answerMs: ANSWER_MS, pace: PACE, clock },
  )({
    method: 'GET',
    url: new URL(`http://${host()}/`),
    ...request,
  })

/** Writes a byte each millisecond: the connection is never silent. */
function drip(response: ServerResponse) {
  response.writeHead(200)
  const timer = setInterval(() => response.write('.'), 1)
  response.on('close', () => clearInterval(timer))
}

const late = (ms: number) => ({
  code: 'ETIMEDOUT',
  message: `The answer of ${host()} did not end within ${ms / 1000} s.`,
})

describe('a small answer', () => {
  test('has to begin within the time', async () => {
    answer = () => {}
    const sent = send()
    await clock.end(TOTAL_MS)
    await expect(sent).rejects.toMatchObject(late(TOTAL_MS))
  })

  test('has to end within the time, also where it never pauses', async () => {
    answer = drip
    const read = send().then(readBody)
    await clock.end(TOTAL_MS)
    const error = await read.catch((failure: unknown) => failure)
    expect(error).toMatchObject(late(TOTAL_MS))
    expect(isConnectionError(error)).toBe(true)
    await closed
  })

  test('has to fit into memory: a manifest of four mebibytes, by default', async () => {
    answer = answerWithoutEnd
    await expect(send().then((head) => readBody(head))).rejects.toThrow(
      `The answer of ${host()} is larger than 4 MiB. It was not read to its end.`,
    )
    await closed
  })

  test('may have exactly the limit', async () => {
    answer = (response) => response.end(Buffer.alloc(2048))
    expect(await readBody(await send(), 2048)).toHaveLength(2048)
    await expect(send().then((head) => readBody(head, 2047))).rejects.toThrow('is larger than')
  })

  test('leaves no timer behind', async () => {
    answer = (response) => response.end('all')
    await readBody(await send())
    expect(clock.sleeping).toEqual([])
  })
})

describe('a large answer', () => {
  test('may take as long as it makes progress', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '6000' })
      response.write(Buffer.alloc(2000))
      sendMore = () => response.write(Buffer.alloc(2000))
    }
    let sendMore = () => true
    let read = 0
    for await (const chunk of await send({ large: true })) {
      read += (chunk as Buffer).length
      if (read % 2000 !== 0 || read === 6000) continue
      await clock.end(PACE.ms)
      sendMore()
    }
    expect(read).toBe(6000)
  })

  test('fails when too little moves, though the connection is never silent', async () => {
    answer = (response) => response.writeHead(200).write('.')
    const read = send({ large: true }).then((head) => readBody(head))
    await clock.end(PACE.ms)
    await expect(read).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringMatching(
        new RegExp(`^Only \\d+ bytes moved between this machine and ${host()} in 60 s\\.$`),
      ),
    })
    await closed
  })
})

describe('a streamed body', () => {
  test('has to keep the pace, and has a deadline of its own for the answer', async () => {
    answer = (_, request) => request.resume()
    const body = { size: 4, open: () => Readable.from(['blob']) }
    const sent = send({ method: 'PUT', body })
    await clock.end(ANSWER_MS)
    await expect(sent).rejects.toMatchObject(late(ANSWER_MS))
    const stuck = { size: 4, open: () => new Readable({ read() {} }) }
    const slow = send({ method: 'PUT', body: stuck })
    await clock.end(PACE.ms)
    await expect(slow).rejects.toThrow(/^Only \d+ bytes moved/)
  })
})

test('an answer of no interest is read, unless it is large', async () => {
  answer = (response) => response.end('short')
  const short = await send()
  discard(short)
  await once(short, 'end')
  answer = answerWithoutEnd
  discard(await send())
  await closed
})
