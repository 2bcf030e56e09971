import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Attributes, Listener } from '../model.ts'
import { responseHeaders } from '../request/attributes.ts'

/** Headers of the connection, which are not forwarded. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'transfer-encoding',
  'te',
  'trailer',
])
const rewritten = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port'])

/** Headers for the target: alternating names and values, in the client's spelling and order. */
export function forwardedHeaders(request: IncomingMessage, listener: Listener, upgrade = false): string[] {
  const { attributes } = listener.loadBalancer
  const headers: string[] = []
  const raw = request.rawHeaders
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const lower = name.toLowerCase()
    if (rewritten.has(lower) || lower === 'x-amzn-trace-id') continue
    if (hopByHop.has(lower) && !(upgrade && (lower === 'upgrade' || lower === 'connection'))) continue
    headers.push(name, raw[i + 1] as string)
  }
  // The body's framing is the same on both sides.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked')
  const forwardedFor = forwardedForOf(request, attributes)
  if (forwardedFor !== undefined) headers.push('X-Forwarded-For', forwardedFor)
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', `${listener.port}`)
  headers.push('X-Amzn-Trace-Id', traceId(request))
  return headers
}

function forwardedForOf(request: IncomingMessage, attributes: Attributes): string | undefined {
  const mode = attributes.get('routing.http.xff_header_processing.mode')
  const before = [request.headers['x-forwarded-for'] ?? []].flat().join(', ')
  if (mode === 'remove') return undefined
  if (mode === 'preserve') return before === '' ? undefined : before
  const { remoteAddress, remotePort } = request.socket
  const withPort = attributes.get('routing.http.xff_client_port.enabled') === 'true'
  const client = withPort ? `${remoteAddress}:${remotePort}` : `${remoteAddress}`
  return before === '' ? client : `${before}, ${client}`
}

/** Continues the client's trace, or starts one, as AWS does. */
function traceId(request: IncomingMessage): string {
  const own = `1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`
  const given = request.headers['x-amzn-trace-id']
  if (typeof given !== 'string') return `Root=${own}`
  return given.includes('Root=') ? `Self=${own};${given}` : `Root=${own};${given}`
}

/** Headers for the client: those of the target, and those that the listener sets. */
export function answeredHeaders(answer: IncomingMessage, listener: Listener, cookies: readonly string[]): string[] {
  const set = listenerHeaders(listener)
  const dropServer = listener.attributes.get('routing.http.response.server.enabled') === 'false'
  const headers: string[] = []
  const raw = answer.rawHeaders
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const lower = (raw[i] as string).toLowerCase()
    if (hopByHop.has(lower) || set.has(lower) || (dropServer && lower === 'server')) continue
    headers.push(raw[i] as string, raw[i + 1] as string)
  }
  for (const [name, value] of set) headers.push(name, value)
  for (const cookie of cookies) headers.push('Set-Cookie', cookie)
  return headers
}

const none: ReadonlyMap<string, string> = new Map()

function listenerHeaders(listener: Listener): ReadonlyMap<string, string> {
  let set: Map<string, string> | undefined
  for (const [key, value] of listener.attributes) {
    const header = value === '' ? undefined : responseHeaders[key]
    if (header === undefined) continue
    set ??= new Map()
    set.set(header, value)
  }
  return set ?? none
}
