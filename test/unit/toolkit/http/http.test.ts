// How long a registry may keep silent, against real sockets.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type ClientRequest, createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Http, openHttp, readBody } from '../../../../toolkit/http/http.ts'

const IDLE_MS = 150
const LONG_MS = 60_000

let server: Server
let requests: number
let answer: (response: ServerResponse) => void
let http: Http

beforeEach(async () => {
  requests = 0
  http = openHttp({}, { idleMs: IDLE_MS, answerMs: LONG_MS })
  server = createServer(async (request, response) => {
    requests++
    request.on('error', () => {})
    request.resume()
    if (request.method === 'PUT') await once(request, 'end').catch(() => {})
    answer(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const url = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`)
const put = (body: { size: number; open: () => Readable }) => http({ method: 'PUT', url: url(), body })
const blob = { size: 4, open: () => Readable.from(['blob']) }

/** Keeps the requests that are begun from now on, sent or not, until `end`. */
function watchRequests() {
  const requests: ClientRequest[] = []
  const note = (message: unknown) => void requests.push((message as { request: ClientRequest }).request)
  subscribe('http.client.request.created', note)
  return { requests, end: () => unsubscribe('http.client.request.created', note) }
}

test('waits long for the answer to a blob, as a registry may first move it to its storage', async () => {
  http = openHttp({}, { idleMs: LONG_MS, answerMs: 2 * LONG_MS })
  const { requests: sent, end } = watchRequests()
  const limit = () => (sent[0]?.socket as Socket | undefined)?.timeout
  let before: number | undefined
  const open = () => {
    const body = Readable.from(['blob'])
    body.once('end', () => {
      before = limit()
    })
    return body
  }
  answer = async (response) => {
    while (limit() === LONG_MS) await sleep(5)
    response.writeHead(201).end()
  }
  const { statusCode } = await put({ size: 4, open })
  end()
  expect([statusCode, before, limit()]).toEqual([201, LONG_MS, LONG_MS])
})

test('gives up when that answer takes too long or stops', async () => {
  http = openHttp({}, { idleMs: LONG_MS, answerMs: IDLE_MS })
  answer = () => {}
  await expect(put(blob)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: `Nothing came from ${url().host} for 0.15 s.`,
  })
  answer = (response) => response.writeHead(400, { 'content-length': '9' }).write('half')
  http = openHttp({}, { idleMs: 1_000, answerMs: LONG_MS })
  await expect(put(blob).then(readBody)).rejects.toThrow()
})

test('gives up when no bytes are sent or received', async () => {
  const dead = { code: 'ETIMEDOUT', message: `Nothing came from ${url().host} for 0.15 s.` }
  answer = () => {}
  await expect(http({ method: 'GET', url: url() })).rejects.toMatchObject(dead)
  await expect(http({ method: 'PUT', url: url(), body: Buffer.from('{}') })).rejects.toMatchObject(dead)
  await expect(put({ size: 4, open: () => new Readable({ read() {} }) })).rejects.toMatchObject(dead)
})

test('sends no request whose body cannot be opened', async () => {
  const { requests: sent, end } = watchRequests()
  const gone = () => {
    throw new Error('It is gone.')
  }
  await expect(put({ size: 4, open: gone })).rejects.toThrow('It is gone.')
  end()
  expect([sent, requests]).toEqual([[], 0])
})
