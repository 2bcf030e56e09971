// A Docker engine in memory: images, tags, pushes to a registry over HTTP, and the archive of `docker save`.
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type Docker from 'dockerode'
import { pack } from 'tar-stream'
import { digestOf } from '../../../actions/build-image/src/image/digest.ts'
import { progress } from './engine-server.ts'

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'

interface EngineImage {
  readonly config: Buffer
  /** Uncompressed, from the bottom up. */
  readonly layers: readonly Buffer[]
  readonly parent: string
}

interface PushOptions {
  readonly tag: string
  readonly authconfig: { readonly username: string; readonly password: string }
  readonly abortSignal?: AbortSignal
}

export class MemoryEngine {
  readonly images = new Map<string, EngineImage>()
  /** Ids by reference, such as `127.0.0.1:5000/web:v1`. */
  readonly names = new Map<string, string>()
  /** What was asked of it, such as `push 127.0.0.1:5000/web:v1`. */
  readonly calls: string[] = []
  /** Digests of blobs that a push leaves out, although its manifest names them. */
  readonly omitted = new Set<string>()
  /** The answer to a push. `push` is the push itself. */
  onPush: (reference: string, push: () => Readable) => Promise<Readable> = async (_, push) => push()

  /** Adds an image with these layers, and returns its id. */
  add(layers: readonly Buffer[], { parent = '' }: { readonly parent?: string } = {}): string {
    const diff_ids = layers.map((layer) => digestOf(layer))
    const rootfs = { type: 'layers', diff_ids }
    const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', parent, config: {}, rootfs }))
    const id = digestOf(config)
    this.images.set(id, { config, layers, parent })
    return id
  }

  /** It, as a client of the Docker Engine API. */
  get docker(): Docker {
    const getImage = (name: string) => ({
      inspect: async () => {
        const { layers, parent } = this.#find(name)
        const Layers = layers.map((layer) => digestOf(layer))
        return { Id: this.#id(name), Os: 'linux', Architecture: 'amd64', Parent: parent, RootFS: { Layers } }
      },
      tag: async ({ repo, tag }: { repo: string; tag: string }) => {
        this.#find(name)
        this.#log(`tag ${repo}:${tag}`)
        this.names.set(`${repo}:${tag}`, this.#id(name))
      },
      remove: async () => this.#remove(name),
      push: async (options: PushOptions) => {
        const reference = `${name}:${options.tag}`
        this.#log(`push ${reference}`)
        return this.onPush(reference, () => Readable.from(this.#push(reference, options)))
      },
      get: async () => {
        this.#log('save')
        return save(this.#find(name))
      },
    })
    const importImage = async () => {
      this.#log('import')
      const id = this.add([])
      return Readable.from([progress({ status: id })])
    }
    const listImages = async ({ filters }: { filters: { reference: readonly string[] } }) => {
      const starts = filters.reference.map((pattern) => pattern.replace('*', ''))
      const found = [...this.names.keys()].filter((reference) => starts.some((start) => reference.startsWith(start)))
      return [{ RepoTags: found }]
    }
    return { getImage, importImage, listImages } as unknown as Docker
  }

  #log(call: string): void {
    this.calls.push(call)
  }

  #id(name: string): string {
    return (
      this.names.get(name) ?? [...this.images.keys()].find((id) => id === name || id.startsWith(`sha256:${name}`)) ?? ''
    )
  }

  #find(name: string): EngineImage {
    const image = this.images.get(this.#id(name))
    if (image === undefined) throw new Error(`(HTTP code 404) no such image: ${name}`)
    return image
  }

  /** An image without a tag is removed too, unless another one is built upon it. */
  #remove(reference: string): void {
    const id = this.#id(reference)
    this.#log(`remove ${reference}`)
    this.names.delete(reference)
    const isUsed =
      [...this.names.values()].includes(id) || [...this.images.values()].some(({ parent }) => parent === id)
    if (!isUsed) this.images.delete(id)
  }

  /** Pushes as an engine does: what the registry has is not sent. */
  async *#push(reference: string, { authconfig, tag, abortSignal }: PushOptions): AsyncGenerator<Buffer> {
    const { config, layers } = this.#find(reference)
    const [host = '', repository = ''] = reference.slice(0, reference.lastIndexOf(':')).split('/')
    const authorization = `Basic ${Buffer.from(`${authconfig.username}:${authconfig.password}`).toString('base64')}`
    const ask = (method: string, path: string, body?: Buffer, type = 'application/octet-stream') =>
      fetch(`http://${host}/v2/${repository}/${path}`, {
        method,
        headers: { authorization, 'content-type': type },
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
        ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      })
    const put = async (mediaType: string, blob: Buffer) => {
      const digest = digestOf(blob)
      const head = await ask('HEAD', `blobs/${digest}`)
      if (!head.ok && !this.omitted.has(digest)) {
        this.#log(`send ${digest}`)
        await ask('POST', `blobs/uploads/?digest=${digest}`, blob)
      }
      return { mediaType, digest, size: head.ok ? Number(head.headers.get('content-length')) : blob.length }
    }
    const descriptors = []
    for (const layer of layers) descriptors.push(await put(DOCKER_LAYER, gzipSync(layer)))
    const manifest = {
      schemaVersion: 2,
      mediaType: DOCKER_MANIFEST,
      config: await put('application/vnd.docker.container.image.v1+json', config),
      layers: descriptors,
    }
    const answer = await ask('PUT', `manifests/${tag}`, Buffer.from(JSON.stringify(manifest)), DOCKER_MANIFEST)
    yield Buffer.from(progress(answer.ok ? { status: 'pushed' } : { errorDetail: { message: await answer.text() } }))
  }
}

/** The archive of an image, as `docker save` writes it: a layer that occurs twice is a link the second time. */
export function save({ config, layers }: Pick<EngineImage, 'config' | 'layers'>): Readable {
  const tar = pack()
  const names: string[] = []
  const written = new Map<string, string>()
  for (const [at, layer] of layers.entries()) {
    const name = `${at}/layer.tar`
    const first = written.get(digestOf(layer))
    if (first === undefined) tar.entry({ name }, layer)
    else tar.entry({ name, type: 'symlink', linkname: `../${first}` })
    written.set(digestOf(layer), first ?? name)
    names.push(name)
  }
  tar.entry({ name: 'config.json' }, config)
  tar.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: names }]))
  tar.finalize()
  return tar as unknown as Readable
}

/** A layer with one file, which was written at a time in seconds since 1970. */
export async function tarLayer(name: string, seconds: number): Promise<Buffer> {
  const tar = pack()
  tar.entry({ name, mtime: new Date(seconds * 1000) }, `the content of ${name}\n`.repeat(100))
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
