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
  #tags: string[] = []

  constructor(docker: Docker, receiver: Receiver, parts: ReceivedParts) {
    this.#docker = docker
    this.#receiver = receiver
    this.#parts = parts
  }

  /** Has an image pushed, and gives its manifest. @throws what the engine says, when it cannot reach this process. */
  async push(id: string): Promise<ReceivedManifest> {
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
   * Ends it, and takes the tags away again. To remove an image's last tag is to remove the image, and with it the cache of the
   * next build; so the tags move to an empty image first, and go with that.
   */
  async close(): Promise<void> {
    this.#ended.abort()
    await this.#receiver.close()
    const [first, ...rest] = this.#tags
    this.#tags = []
    if (first === undefined) return
    const repo = this.#receiver.repository
    const empty = Readable.from([Buffer.alloc(1024)], { objectMode: false })
    let id: string | undefined
    const imported = asReadable(await this.#docker.importImage(empty, { repo, tag: first }))
    for await (const { status } of readEngineStream(imported)) id = status ?? id
    if (id === undefined) return
    for (const tag of rest) await this.#docker.getImage(id).tag({ repo, tag })
    await this.#docker.getImage(id).remove({ force: true })
  }
}
