import { connect } from 'node:net'
import { type Route, readRequest, Server, send } from '../../../../../rehearsal/cloud/kernel/server.ts'

const echo: Route = {
  claims: ({ url }) => url.pathname.startsWith('/echo'),
  async serve(exchange) {
    const { body, method } = await readRequest(exchange)
    send(exchange, { status: 200, headers: { 'x-method': method }, body })
  },
}
const rest: Route = {
  claims: () => true,
  serve: (exchange) => send(exchange, { status: 404, body: 'no' }),
}
const broken: Route = {
  claims: ({ url }) => url.pathname === '/broken',
  serve: () => Promise.reject(new Error('a defect')),
}

let server: Server
let url: string

beforeEach(async () => {
  server = new Server([echo, broken, rest])
  await server.listen('127.0.0.1', 0)
  url = `http://127.0.0.1:${server.port}`
})
afterEach(() => server.close())

test('the first route that claims a request serves it', async () => {
  const answer = await fetch(`${url}/echo`, { method: 'POST', body: 'hello' })
  expect(await answer.text()).toBe('hello')
  expect((await fetch(`${url}/other`)).status).toBe(404)
})

test('HEAD returns the headers of GET without a body', async () => {
  const answer = await fetch(`${url}/other`, { method: 'HEAD' })
  expect(answer.headers.get('content-length')).toBe('2')
  expect(await answer.text()).toBe('')
})

test('further addresses answer on the same port', async () => {
  expect(await server.open('127.0.0.2')).toBe(server.port)
  expect(await server.open('127.0.0.2')).toBe(server.port)
  const answer = await fetch(`http://127.0.0.2:${server.port}/echo`, { method: 'POST', body: 'there too' })
  expect(await answer.text()).toBe('there too')
})

test('only loopback is listened on', async () => {
  await expect(server.listen('0.0.0.0')).rejects.toThrow(/loopback only, not on 0\.0\.0\.0/)
})

test('a used port is named in the error, with a hint', async () => {
  const second = new Server([rest])
  await expect(second.listen('127.0.0.1', server.port)).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1, port ${server.port}: it is in use.*--port`),
  )
})

test('an exception in a route gives a 500 with its message, and the server continues', async () => {
  const { error } = console
  const logged: unknown[] = []
  console.error = (...args) => logged.push(...args)
  const answer = await fetch(`${url}/broken`).finally(() => Object.assign(console, { error }))
  expect(answer.status).toBe(500)
  expect(await answer.text()).toContain('a defect')
  expect(logged.join(' ')).toContain('a defect')
  expect((await fetch(`${url}/other`)).status).toBe(404)
})

test('closing does not wait for clients that keep their connection', async () => {
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  await server.close()
  await closed
})
