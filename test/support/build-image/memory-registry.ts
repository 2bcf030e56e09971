// A registry over HTTP on this machine, by the OCI distribution specification, with all that it has in memory.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../../actions/build-image/src/image/digest.ts'
import type { MemoryImage } from './images.ts'

interface Manifest {
  readonly bytes: Buffer
  readonly type: string
}

export interface MemoryRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** What was put, in its order: `blob acme/web`, `manifest acme/web:v1`, `manifest acme/web@sha256:…`. */
  readonly puts: readonly string[]
  put(path: string, tag: string, image: MemoryImage): void
  /** The digest that a tag stands for. */
  digest(path: string, tag: string): string | undefined
  close(): Promise<void>
}

/** Starts one. Anyone may push, but not to a repository in `closed/`. */
export async function startMemoryRegistry(): Promise<MemoryRegistry> {
  const blobs = new Map<string, Buffer>()
  const manifests = new Map<string, Manifest>()
  const puts: string[] = []
  const putManifest = (path: string, reference: string, manifest: Manifest) => {
    for (const name of [reference, digestOf(manifest.bytes)]) manifests.set(`${path} ${name}`, manifest)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, headers, url = '' } = request
    const body = await buffer(request)
    const { pathname, searchParams } = new URL(url, 'http://registry')
    const [, path = '', kind, name = ''] = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? []
    const send = (found: Buffer | undefined, type = 'application/octet-stream') => {
      if (found === undefined) return response.writeHead(404).end()
      const about = { 'content-type': type, 'content-length': found.length, 'docker-content-digest': digestOf(found) }
      return response.writeHead(200, about).end(method === 'HEAD' ? undefined : found)
    }
    if (kind === undefined) return response.end()
    if (kind === 'manifests' && method === 'PUT') {
      puts.push(`manifest ${path}${name.startsWith('sha256:') ? '@' : ':'}${name}`)
      putManifest(path, name, { bytes: body, type: headers['content-type'] ?? '' })
      return response.writeHead(201).end()
    }
    if (kind === 'manifests') {
      const found = manifests.get(`${path} ${name}`)
      return send(found?.bytes, found?.type)
    }
    if (kind === 'blobs') return send(blobs.get(`${path} ${name}`))
    if (path.startsWith('closed/')) return response.writeHead(403).end()
    if (method === 'POST') return response.writeHead(202, { location: `/v2/${path}/blobs/uploads/1` }).end()
    if (method === 'DELETE') return response.writeHead(204).end()
    puts.push(`blob ${path}`)
    blobs.set(`${path} ${searchParams.get('digest')}`, body)
    return response.writeHead(201).end()
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    puts,
    put(path, tag, image) {
      for (const [digest, blob] of image.blobs) blobs.set(`${path} ${digest}`, blob)
      putManifest(path, tag, { bytes: image.manifest, type: 'application/vnd.oci.image.manifest.v1+json' })
    },
    digest(path, tag) {
      const found = manifests.get(`${path} ${tag}`)
      return found && digestOf(found.bytes)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
