import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3Request {
  readonly method: string
  /** Host and path for a request through a proxy, else the path. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** The S3 of a backend, on this machine: objects by path, such as `/bucket/key`, with S3's conditions. Keeps the requests. */
export async function fakeS3() {
  const objects = new Map<string, string>()
  const requests: S3Request[] = []
  /** Called before a request is answered. */
  const hooks: { before: (request: S3Request) => void } = { before: () => {} }
  const etag = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url = '', headers } = request
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
    const seen = { method, url: url.replace(/[?].*/, ''), headers }
    requests.push(seen)
    hooks.before(seen)
    const refuse = (status: number, code: string) =>
      response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
    const present = objects.get(path)
    const expected = headers['if-match']
    if (expected !== undefined && (present === undefined || etag(present) !== expected)) {
      return refuse(412, 'PreconditionFailed')
    }
    if (headers['if-none-match'] === '*' && present !== undefined) return refuse(412, 'PreconditionFailed')
    if (method === 'PUT') objects.set(path, body)
    if (method === 'DELETE') objects.delete(path)
    if (method === 'GET' && present === undefined) return refuse(404, 'NoSuchKey')
    return response.writeHead(200, { etag: etag(present ?? '') }).end(method === 'GET' ? present : '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    objects,
    requests,
    hooks,
    etag,
    /** The backend block of a state there, with its lock. */
    config: {
      bucket: 'bucket',
      key: 'key',
      region: 'eu-west-1',
      use_lockfile: true,
      use_path_style: true,
      access_key: 'AKIABLOCK',
      secret_key: 'secret',
      endpoints: { s3: url },
    },
    reset() {
      objects.clear()
      requests.length = 0
      hooks.before = () => {}
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type FakeS3 = Awaited<ReturnType<typeof fakeS3>>
