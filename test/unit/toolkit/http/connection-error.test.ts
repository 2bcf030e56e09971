import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { runInNewContext } from 'node:vm'
import { CancelledError, SlipwayError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'

const coded = (code: string, more: object = {}) => Object.assign(new Error('it failed'), { code, ...more })
const named = (name: string, more: object = {}) => Object.assign(new Error('it failed'), { name, ...more })
/** fetch reports every failure as a TypeError whose cause says which. */
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause })

test.each([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_EOF_STATE',
])('%s is a connection error: as a code, as a cause, and among the errors of several addresses', (code) => {
  expect(isConnectionError(coded(code))).toBe(true)
  expect(isConnectionError(fetchFailed(coded(code)))).toBe(true)
  expect(isConnectionError(new SlipwayError('Could not ask.', { cause: fetchFailed(coded(code)) }))).toBe(true)
  expect(isConnectionError(new AggregateError([coded('CERT_HAS_EXPIRED'), coded(code)]))).toBe(true)
  expect(isConnectionError(runInNewContext('Object.assign(new Error("it failed"), { code })', { code }))).toBe(true)
})

test.each<[string, unknown, boolean]>([
  ['an AggregateError with a code', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), true],
  ['an AggregateError of other errors', new AggregateError([new Error('a'), coded('CERT_HAS_EXPIRED')]), false],
  ['"socket hang up" without a code', new Error('socket hang up'), true],
  ['"aborted" without a code', new Error('aborted'), true],
  ['"Premature close" without a code', new Error('Premature close'), true],
  ['a text in which the words occur', new Error('The deployment was aborted by ECS.'), false],
  ['an expired certificate', coded('CERT_HAS_EXPIRED'), false],
  ['a certificate of an unknown authority', fetchFailed(coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE')), false],
  ['a certificate for another host', coded('ERR_TLS_CERT_ALTNAME_INVALID'), false],
  ['a client of undici that was closed', coded('UND_ERR_CLOSED'), false],
  ['a proxy that closed the connection', coded('ERR_PROXY_TUNNEL'), true],
  ['a proxy that could not reach the host', coded('ERR_PROXY_TUNNEL', { statusCode: 502 }), true],
  ['a proxy that wants a login', coded('ERR_PROXY_TUNNEL', { statusCode: 407 }), false],
  ['an AbortError', named('AbortError', { cause: coded('ECONNRESET') }), false],
  ['a CancelledError', new CancelledError('Cancelled.', { cause: coded('ECONNRESET') }), false],
  ['a missing file', coded('ENOENT'), false],
  ['an answer of AWS', named('ThrottlingException', { $metadata: { httpStatusCode: 400 } }), false],
  ['a text', 'ECONNRESET', false],
  ['nothing', undefined, false],
])('%s', (_, error, expected) => {
  expect(isConnectionError(error)).toBe(expected)
})

test('ends at a cause that occurs twice in the chain', () => {
  const error = new Error('it failed')
  error.cause = error
  expect(isConnectionError(error)).toBe(false)
})

describe('what Node reports of a real server that', () => {
  test.each([
    ['closes the connection without an answer', (socket) => socket.end()],
    ['answers something other than HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['stops in the middle of an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')],
  ] as [string, (socket: import('node:net').Socket) => void][])('%s', async (_, answer) => {
    await withServer(answer, async (port) => {
      const error = await new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port }, (response) => {
          response.on('error', resolve).on('end', () => reject(new Error('There was no error.')))
          response.resume()
        })
          .on('error', resolve)
          .end()
      })
      expect(isConnectionError(error)).toBe(true)
    })
  })

  test('closes the connection before TLS is secure', async () => {
    await withServer(
      (socket) => socket.end(),
      async (port) => {
        const [error] = await once(connectTls({ host: '127.0.0.1', port }), 'error')
        expect((error as Error).message).toContain('before secure TLS connection')
        expect(isConnectionError(error)).toBe(true)
      },
    )
  })
})

async function withServer(answer: (socket: import('node:net').Socket) => void, use: (port: number) => Promise<void>) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}
