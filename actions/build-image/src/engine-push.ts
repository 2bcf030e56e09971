import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { asReadable } from './docker-engine.ts'
import { readEngineStream } from './engine-stream.ts'
import type { ReceivedManifest, ReceivedParts } from './received-parts.ts'
import type { Receiver } from './receiving-registry.ts'

/** Has an engine push images to this process. */
export class EnginePush {
  readonly #docker: Docker
  readonly #receiver: Receiver
  readonly #parts: ReceivedParts
  readonly #ended = new AbortController()
  /** Tags of this run's own: another run may use the same engine. */
  readonly #run = `run-${randomBytes(8).toString('hex')}`
  readonly #tags: string[] = []
  readonly #pushes: Promise<unknown>[] = []

  constructor(docker: Docker, receiver: Receiver, parts: ReceivedParts) {
    this.#docker = docker
    this.#receiver = receiver
    this.#parts = parts
  }

  /** Has an image pushed, and gives its manifest. @throws what the engine says, when it cannot reach this process. */
  push(id: string): Promise<ReceivedManifest> {
    const push = this.#pushOne(id)
    this.#pushes.push(push)
    return push
  }

  async #pushOne(id: string): Promise<ReceivedManifest> {
    this.#ended.signal.throwIfAborted()
    const tag = `${this.#run}-${this.#tags.length}`
    const { repository, login } = this.#receiver
    this.#tags.push(tag)
    await this.#docker.getImage(id).tag({ repo: repository, tag })
    const options = { tag, authconfig: login, abortSignal: this.#ended.signal }
    let failure: unknown
    try {
      for await (const _ of readEngineStream(asReadable(await this.#docker.getImage(repository).push(options))));
    } catch (error) {
      failure = error
    }
    // The receiver refuses each manifest once it has it, so the engine always tells of a failure.
    const manifest = this.#parts.manifests.get(tag)
    if (manifest === undefined) throw failure ?? new Error('It pushed nothing.')
    return manifest
  }

  /**
   * Ends it, and takes the tags away again. To take an image's last tag is to remove the image, unless another is built upon
   * it, and with it the cache of the next build; so the tags move before they go: to the `parent` of the image that was built,
   * or, where there is none or the build broke off, to an empty image.
   */
  async close(parent = ''): Promise<void> {
    this.#ended.abort()
    await this.#receiver.close()
    // None of them may tag anything any more.
    await Promise.allSettled(this.#pushes)
    const { repository } = this.#receiver
    if (this.#tags.length === 0) return
    const target = parent === '' ? await this.#importEmpty() : parent
    for (const tag of this.#tags) await this.#docker.getImage(target).tag({ repo: repository, tag })
    // By force, as another build may run a step in the parent: an image that others are built upon stays all the same.
    for (const tag of this.#tags) await this.#docker.getImage(`${repository}:${tag}`).remove({ force: true })
  }

  async #importEmpty(): Promise<string> {
    const nothing = Readable.from([Buffer.alloc(1024)], { objectMode: false })
    let id = ''
    const answer = asReadable(await this.#docker.importImage(nothing))
    for await (const { status } of readEngineStream(answer)) id = status ?? id
    return id
  }
}
