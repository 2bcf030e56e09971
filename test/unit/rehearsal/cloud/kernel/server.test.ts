import { request as ask } from 'node:http'
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

describe('requests that a web page may have made', () => {
  /** Status and message of a request with these headers. `fetch` would not let a test set Host. */
  const answerTo = (headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = ask({ host: '127.0.0.1', port: server.port, path: '/echo', method: 'POST', headers }, (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        answer.on('end', () => resolve({ status: answer.statusCode, body }))
      })
      sent.on('error', reject).end()
    })
  const { error } = console
  const logged: unknown[] = []
  beforeEach(() => {
    logged.length = 0
    console.error = (...args) => logged.push(...args)
  })
  afterEach(() => Object.assign(console, { error }))

  test('are refused before any route sees them, with the option that allows the name', async () => {
    const { status, body } = await answerTo({ host: 'rebound.example:4566' })
    expect(status).toBe(403)
    expect(JSON.parse(body)).toEqual({
      __type: 'AccessDeniedException',
      message: expect.stringMatching(/Host 'rebound\.example:4566'.*--allow-hostname rebound\.example/),
    })
  })

  test('are told on the console once for each name', async () => {
    await answerTo({ host: 'rebound.example' })
    await answerTo({ host: 'rebound.example' })
    await answerTo({ origin: 'https://page.example' })
    expect(logged.map(String)).toEqual([
      expect.stringContaining("Host 'rebound.example'"),
      expect.stringContaining("Origin 'https://page.example'"),
    ])
  })

  test('names that the cloud was given are answered', async () => {
    await server.close()
    server = new Server([echo, rest], ['host.docker.internal'])
    await server.listen('127.0.0.1', 0)
    expect((await answerTo({ host: 'host.docker.internal:4566' })).status).toBe(200)
    expect((await answerTo({ host: 'rebound.example' })).status).toBe(403)
  })
})
