import type Docker from 'dockerode'
import { asReadable } from '../engine/docker-engine.ts'
import { readEngineStream } from '../engine/engine-stream.ts'
import type { EngineTags } from './engine-tags.ts'
import type { LoopbackRegistry } from './loopback-registry.ts'
import type { PushedManifest, PushStorage } from './push-storage.ts'

/** Makes an engine push images to the loopback registry of this process. */
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

  /** Pushes an image, and returns its manifest. @throws the engine's error, for example when it cannot reach this process. */
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
    // The loopback registry denies each manifest after it has stored it, so the engine always reports an error.
    const manifest = this.#storage.manifests.get(tag)
    if (manifest === undefined) throw failure ?? new Error('The engine pushed nothing.')
    return manifest
  }

  /** Stops all pushes, and removes the tags. `parent` is the parent of the built image; '' when it has none. */
  async close(parent = ''): Promise<void> {
    this.#ended.abort()
    await this.#registry.close()
    // A push that is still running could add a tag.
    await Promise.allSettled(this.#pushes)
    await this.#tags.remove(parent)
  }
}
