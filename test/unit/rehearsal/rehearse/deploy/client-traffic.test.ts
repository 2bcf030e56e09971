import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendTraffic } from '../../../../../rehearsal/rehearse/deploy/client-traffic.ts'

let server: Server
afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())))

async function listen(answer: (response: ServerResponse, count: number) => void): Promise<string> {
  let count = 0
  server = createServer((_, response) => answer(response, ++count))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

it('counts requests and responses', async () => {
  const url = await listen((response, count) => response.end(count <= 5 ? 'old\n' : 'new\n'))
  const traffic = sendTraffic(url)
  await until(() => traffic.counts().answers.get('new') !== undefined)
  const tally = await traffic.stop()
  expect(tally.failed).toBe(0)
  expect(tally.answers.get('old')).toBe(5)
  expect([...tally.answers.values()].reduce((a, b) => a + b)).toBe(tally.requests)
})

it('counts responses other than 200 and broken connections as failed', async () => {
  const url = await listen((response, count) => {
    if (count % 3 === 1) response.writeHead(503).end('busy')
    else if (count % 3 === 2) response.socket?.destroy()
    else response.end('fine')
  })
  const traffic = sendTraffic(url)
  await until(() => traffic.counts().requests >= 30)
  const { requests, failed, failures, answers } = await traffic.stop()
  expect(failed).toBe(requests - (answers.get('fine') ?? 0))
  expect(failed).toBeGreaterThan(0)
  expect(failures.join()).toMatch(/status 503/)
  expect(failures.join()).toMatch(/socket hang up|ECONNRESET/)
})

it('waits for open requests before the final count', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const url = await listen((response) => void held.then(() => response.end('late')))
  const traffic = sendTraffic(url)
  await until(() => traffic.counts().requests >= 3)
  const stopped = traffic.stop()
  release()
  const { requests, failed, answers } = await stopped
  expect(failed).toBe(0)
  expect(answers.get('late')).toBe(requests)
})
