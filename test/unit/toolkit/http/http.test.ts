// How long a registry may keep silent, against real sockets.
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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

test('waits long for the answer to a blob, as a registry may first move it to its storage', async () => {
  // So long that a busy machine does not take it for silence before the blob is sent.
  http = openHttp({}, { idleMs: 1_000, answerMs: LONG_MS })
  answer = (response) => void sleep(1_500).then(() => response.writeHead(201).end())
  expect((await put(blob)).statusCode).toBe(201)
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

test('gives up when nothing moves on the connection', async () => {
  const dead = { code: 'ETIMEDOUT', message: `Nothing came from ${url().host} for 0.15 s.` }
  answer = () => {}
  await expect(http({ method: 'GET', url: url() })).rejects.toMatchObject(dead)
  await expect(http({ method: 'PUT', url: url(), body: Buffer.from('{}') })).rejects.toMatchObject(dead)
  await expect(put({ size: 4, open: () => new Readable({ read() {} }) })).rejects.toMatchObject(dead)
})

test('sends no request whose body cannot be opened', async () => {
  const rejections: unknown[] = []
  const note = (error: unknown) => void rejections.push(error)
  process.on('unhandledRejection', note)
  const gone = () => {
    throw new Error('It is gone.')
  }
  await expect(put({ size: 4, open: gone })).rejects.toThrow('It is gone.')
  await sleep(3 * IDLE_MS)
  process.off('unhandledRejection', note)
  expect({ requests, rejections }).toEqual({ requests: 0, rejections: [] })
})
