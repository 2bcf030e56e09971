import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { readBody } from '../../../../toolkit/http/http.ts'

/** Where the registry keeps what is pushed. */
export interface RegistryStorage {
  /** Bytes of a blob that need not be pushed; `undefined` for any other. */
  blobSize(digest: string): Promise<number | undefined>
  startUpload(): Upload
  putManifest(reference: string, bytes: Buffer, mediaType: string): void
  /** Cancels every upload. Afterwards nothing is written any more. */
  close(): Promise<void>
}

/** The upload of one blob. */
export interface Upload {
  /** Bytes received so far. */
  readonly size: number
  /** @throws when the upload was cancelled. */
  append(body: Readable): Promise<void>
  /** Ends the upload. `false` when the content has another digest, or the upload was cancelled; the content is removed then. */
  commit(digest: string): Promise<boolean>
  /** Removes the content. Once this settles, nothing writes to it any more. */
  cancel(): Promise<void>
}

/** A registry on a loopback address that an engine can push to, and not pull from. */
export interface LoopbackRegistry {
  /** The repository that an engine must push to. */
  readonly repository: string
  readonly login: { readonly username: string; readonly password: string; readonly serveraddress: string }
  close(): Promise<void>
}

const NAME = 'slipway'
const USER = 'slipway'

/**
 * Opens a registry on 127.0.0.1 with a password of its own. It accepts blobs and manifests as the OCI distribution
 * specification says. It stores a manifest and then denies it, so that the engine does not record the push: the registry is
 * gone a moment later. Where `port` is in use, another one is taken.
 */
export async function openLoopbackRegistry(storage: RegistryStorage, port: number): Promise<LoopbackRegistry> {
  const password = randomBytes(24).toString('hex')
  const expected = Buffer.from(`Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`)
  const uploads = new Map<string, Upload>()
  const server = createServer((request, response) => {
    answer(request, response, { storage, expected, uploads }).catch(() => response.destroy())
  })
  // A large layer may take long, and a connection may be idle between two layers.
  Object.assign(server, { requestTimeout: 0, keepAliveTimeout: 120_000 })
  const host = `127.0.0.1:${await listen(server, port)}`
  return {
    repository: `${host}/${NAME}`,
    login: { username: USER, password, serveraddress: host },
    async close() {
      server.close()
      server.closeAllConnections()
      await storage.close()
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
  readonly storage: RegistryStorage
  readonly expected: Buffer
  readonly uploads: Map<string, Upload>
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const given = Buffer.from(request.headers.authorization ?? '')
  if (given.length !== state.expected.length || !timingSafeEqual(given, state.expected)) {
    const headers = { 'www-authenticate': `Basic realm="${NAME}"` }
    return refuse(request, response, 401, 'UNAUTHORIZED', 'Wrong user name or password.', headers)
  }
  const url = URL.parse(request.url ?? '', 'http://localhost')
  if (url === null) return refuse(request, response, 404, 'NAME_UNKNOWN', 'Not found.')
  if (url.pathname === '/v2/') return send(request, response, 200)
  const [, kind, rest = ''] = /^\/v2\/slipway\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(url.pathname) ?? []
  if (kind === 'blobs/uploads') return takeUpload(request, response, rest, url.searchParams, state)
  if (kind === 'blobs' && request.method === 'HEAD') {
    const size = await state.storage.blobSize(rest)
    if (size === undefined) return send(request, response, 404)
    return send(request, response, 200, { 'content-length': size, 'docker-content-digest': rest })
  }
  if (kind === 'manifests' && request.method === 'PUT') {
    state.storage.putManifest(rest, await readBody(request), request.headers['content-type'] ?? '')
    return refuse(request, response, 403, 'DENIED', 'The manifest was received. This registry keeps none.')
  }
  const absent = kind === 'manifests' ? 'MANIFEST_UNKNOWN' : kind === 'blobs' ? 'BLOB_UNKNOWN' : 'NAME_UNKNOWN'
  return refuse(request, response, 404, absent, 'Not found.')
}

async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  query: URLSearchParams,
  { storage, uploads }: State,
): Promise<void> {
  const { method } = request
  const key = id === '' && method === 'POST' ? randomBytes(16).toString('hex') : id
  // A request to mount a blob from another repository starts an upload, as the specification allows.
  if (id === '' && method === 'POST') uploads.set(key, storage.startUpload())
  const upload = uploads.get(key)
  if (upload === undefined) return refuse(request, response, 404, 'BLOB_UPLOAD_UNKNOWN', 'No such upload.')
  const headers = () => ({
    location: `/v2/${NAME}/blobs/uploads/${key}`,
    range: `0-${Math.max(0, upload.size - 1)}`,
    'docker-upload-uuid': key,
  })
  if (method === 'GET') return send(request, response, 204, headers())
  if (method === 'DELETE') {
    await upload.cancel()
    uploads.delete(key)
    return send(request, response, 204)
  }
  const digest = query.get('digest')
  if (method === 'POST' && digest === null) return send(request, response, 202, headers())
  const [, start] = /^(?:bytes )?(\d+)-\d+/.exec(request.headers['content-range'] ?? '') ?? []
  if (start !== undefined && Number(start) !== upload.size) {
    return refuse(
      request,
      response,
      416,
      'BLOB_UPLOAD_INVALID',
      `${upload.size} bytes were received so far.`,
      headers(),
    )
  }
  try {
    await upload.append(request)
    if (method === 'PATCH') return send(request, response, 202, headers())
    uploads.delete(key)
    if (digest !== null && (await upload.commit(digest))) {
      return send(request, response, 201, { location: `/v2/${NAME}/blobs/${digest}`, 'docker-content-digest': digest })
    }
    return refuse(request, response, 400, 'DIGEST_INVALID', 'The content has another digest.')
  } catch (error) {
    // The upload was interrupted. The client restarts it.
    await upload.cancel()
    uploads.delete(key)
    throw error
  }
}

type Headers = Readonly<Record<string, string | number>>

function send(request: IncomingMessage, response: ServerResponse, status: number, headers: Headers = {}, body = '') {
  // An unread body would block the next request on this connection.
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
