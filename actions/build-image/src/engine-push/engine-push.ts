import type Docker from 'dockerode'
import { asReadable } from '../engine/docker-engine.ts'
import { readEngineStream } from '../engine/engine-stream.ts'
import type { EngineTags } from './engine-tags.ts'
import type { LoopbackRegistry } from './loopback-registry.ts'
import type { PushedManifest, PushStorage } from './push-storage.ts'

/** Has an engine push images to this process. */
export class EnginePush {
  readonly #docker: Docker
  readonly #registry: LoopbackRegistry
  readonly #storage: PushStorage
  readonly #tags: EngineTags
  readonly #ended = new AbortController()
  readonly #pushes: Promise<unknown>[] = []

  constructor(docker: Docker, registry: LoopbackRegistry, storage: PushStorage, tags: EngineTags) {
    this.#docker = docker
    this.#registry = registry
    this.#storage = storage
    this.#tags = tags
  }

  /** Has an image pushed, and gives its manifest. @throws what the engine says, when it cannot reach this process. */
  push(id: string): Promise<PushedManifest> {
    const push = this.#pushOne(id)
    this.#pushes.push(push)
    return push
  }

  async #pushOne(id: string): Promise<PushedManifest> {
    this.#ended.signal.throwIfAborted()
    const tag = await this.#tags.add(id)
    const { repository, login } = this.#registry
    const options = { tag, authconfig: login, abortSignal: this.#ended.signal }
    let failure: unknown
    try {
      for await (const _ of readEngineStream(asReadable(await this.#docker.getImage(repository).push(options))));
    } catch (error) {
      failure = error
    }
    // The receiver refuses each manifest once it has it, so the engine always tells of a failure.
    const manifest = this.#storage.manifests.get(tag)
    if (manifest === undefined) throw failure ?? new Error('It pushed nothing.')
    return manifest
  }

  /** Ends it, and takes the tags away again; `parent` is the parent of the image that was built. */
  async close(parent = ''): Promise<void> {
    this.#ended.abort()
    await this.#registry.close()
    // None of them may tag anything any more.
    await Promise.allSettled(this.#pushes)
    await this.#tags.remove(parent)
  }
}
