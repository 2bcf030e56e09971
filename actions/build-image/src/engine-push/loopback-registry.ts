import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { readBody } from '../registry/http.ts'

/** What the receiver does with what it is sent. */
export interface Inbox {
  /** The size of a blob that need not be sent. */
  sizeOf(digest: string): Promise<number | undefined>
  beginUpload(): Upload
  takeManifest(reference: string, bytes: Buffer, mediaType: string): void
}

/** A blob that is on its way. */
export interface Upload {
  /** Bytes that have come so far. */
  readonly size: number
  append(body: Readable): Promise<void>
  /** Ends it; `false` when what came has another digest, and is gone. */
  finish(digest: string): Promise<boolean>
  abandon(): Promise<void>
}

/** A registry that only takes. */
export interface LoopbackRegistry {
  /** What an image has to be named for an engine to push it here, without a tag. */
  readonly repository: string
  readonly login: { readonly username: string; readonly password: string; readonly serveraddress: string }
  close(): Promise<void>
}

const NAME = 'slipway'
const USER = 'slipway'

/**
 * Listens on this machine for one who has the password, and takes blobs and manifests as the OCI distribution specification
 * has them pushed. A manifest is taken and then refused, so that the engine does not note that it has pushed one: a registry
 * that is gone a second later is nobody's business. Where `port` is taken, another one is used.
 */
export async function openLoopbackRegistry(inbox: Inbox, port: number): Promise<LoopbackRegistry> {
  const password = randomBytes(24).toString('hex')
  const expected = Buffer.from(`Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`)
  const uploads = new Map<string, Upload>()
  const server = createServer((request, response) => {
    answer(request, response, { inbox, expected, uploads }).catch(() => response.destroy())
  })
  // A large layer takes its time, and a connection that rests between two layers is no reason to close it.
  Object.assign(server, { requestTimeout: 0, keepAliveTimeout: 120_000 })
  const host = `127.0.0.1:${await listen(server, port)}`
  return {
    repository: `${host}/${NAME}`,
    login: { username: USER, password, serveraddress: host },
    async close() {
      server.close()
      server.closeAllConnections()
      await Promise.all([...uploads.values()].map((upload) => upload.abandon()))
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  for (const wanted of [port, 0]) {
    try {
      server.listen(wanted, '127.0.0.1')
      await once(server, 'listening')
      break
    } catch (error) {
      if (wanted === 0) throw error
    }
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

interface State {
  readonly inbox: Inbox
  readonly expected: Buffer
  readonly uploads: Map<string, Upload>
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const given = Buffer.from(request.headers.authorization ?? '')
  if (given.length !== state.expected.length || !timingSafeEqual(given, state.expected)) {
    const headers = { 'www-authenticate': `Basic realm="${NAME}"` }
    return refuse(request, response, 401, 'UNAUTHORIZED', 'This registry has one user.', headers)
  }
  const url = new URL(request.url ?? '', 'http://localhost')
  if (url.pathname === '/v2/') return send(request, response, 200)
  const [, kind, rest = ''] = /^\/v2\/slipway\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(url.pathname) ?? []
  if (kind === 'blobs/uploads') return takeUpload(request, response, rest, url.searchParams, state)
  if (kind === 'blobs' && request.method === 'HEAD') {
    const size = await state.inbox.sizeOf(rest)
    if (size === undefined) return send(request, response, 404)
    return send(request, response, 200, { 'content-length': size, 'docker-content-digest': rest })
  }
  if (kind === 'manifests' && request.method === 'PUT') {
    state.inbox.takeManifest(rest, await readBody(request), request.headers['content-type'] ?? '')
    return refuse(request, response, 403, 'DENIED', 'It has come, and this registry ends here.')
  }
  const absent = kind === 'manifests' ? 'MANIFEST_UNKNOWN' : kind === 'blobs' ? 'BLOB_UNKNOWN' : 'NAME_UNKNOWN'
  return refuse(request, response, 404, absent, 'Nothing is kept here.')
}

async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  query: URLSearchParams,
  { inbox, uploads }: State,
): Promise<void> {
  const { method } = request
  const key = id === '' && method === 'POST' ? randomBytes(16).toString('hex') : id
  // A wish to mount a blob from another repository is answered with an upload, as the specification allows.
  if (id === '' && method === 'POST') uploads.set(key, inbox.beginUpload())
  const upload = uploads.get(key)
  if (upload === undefined) return refuse(request, response, 404, 'BLOB_UPLOAD_UNKNOWN', 'No such upload.')
  const headers = () => ({
    location: `/v2/${NAME}/blobs/uploads/${key}`,
    range: `0-${Math.max(0, upload.size - 1)}`,
    'docker-upload-uuid': key,
  })
  if (method === 'GET') return send(request, response, 204, headers())
  if (method === 'DELETE') {
    uploads.delete(key)
    await upload.abandon()
    return send(request, response, 204)
  }
  const digest = query.get('digest')
  if (method === 'POST' && digest === null) return send(request, response, 202, headers())
  const [, start] = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '') ?? []
  if (start !== undefined && Number(start) !== upload.size) {
    return refuse(request, response, 416, 'BLOB_UPLOAD_INVALID', `${upload.size} bytes have come so far.`, headers())
  }
  try {
    await upload.append(request)
    if (method === 'PATCH') return send(request, response, 202, headers())
    uploads.delete(key)
    if (digest !== null && (await upload.finish(digest))) {
      return send(request, response, 201, { location: `/v2/${NAME}/blobs/${digest}`, 'docker-content-digest': digest })
    }
    return refuse(request, response, 400, 'DIGEST_INVALID', 'What came has another digest.')
  } catch (error) {
    // Cut off in the middle: whoever sends it begins anew.
    uploads.delete(key)
    await upload.abandon()
    throw error
  }
}

type Headers = Readonly<Record<string, string | number>>

function send(request: IncomingMessage, response: ServerResponse, status: number, headers: Headers = {}, body = '') {
  // What nobody reads would hold up the next request on this connection.
  request.resume()
  const length = 'content-length' in headers || status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { 'docker-distribution-api-version': 'registry/2.0', ...length, ...headers }).end(body)
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Headers = {},
): void {
  const body = JSON.stringify({ errors: [{ code, message }] })
  send(request, response, status, { 'content-type': 'application/json', ...headers }, body)
}
