import type Docker from 'dockerode'
import { asReadable } from '../engine/docker-engine.ts'
import { readEngineStream } from '../engine/engine-stream.ts'
import type { EngineTags } from './engine-tags.ts'
import type { Receiver } from './loopback-registry.ts'
import type { ReceivedManifest, ReceivedParts } from './push-storage.ts'

/** Has an engine push images to this process. */
export class EnginePush {
  readonly #docker: Docker
  readonly #receiver: Receiver
  readonly #parts: ReceivedParts
  readonly #tags: EngineTags
  readonly #ended = new AbortController()
  readonly #pushes: Promise<unknown>[] = []

  constructor(docker: Docker, receiver: Receiver, parts: ReceivedParts, tags: EngineTags) {
    this.#docker = docker
    this.#receiver = receiver
    this.#parts = parts
    this.#tags = tags
  }

  /** Has an image pushed, and gives its manifest. @throws what the engine says, when it cannot reach this process. */
  push(id: string): Promise<ReceivedManifest> {
    const push = this.#pushOne(id)
    this.#pushes.push(push)
    return push
  }

  async #pushOne(id: string): Promise<ReceivedManifest> {
    this.#ended.signal.throwIfAborted()
    const tag = await this.#tags.add(id)
    const { repository, login } = this.#receiver
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

  /** Ends it, and takes the tags away again; `parent` is the parent of the image that was built. */
  async close(parent = ''): Promise<void> {
    this.#ended.abort()
    await this.#receiver.close()
    // None of them may tag anything any more.
    await Promise.allSettled(this.#pushes)
    await this.#tags.remove(parent)
  }
}
