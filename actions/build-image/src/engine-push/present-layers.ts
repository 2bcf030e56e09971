import type { Environment } from '../../../../toolkit/runtime.ts'
import type { BaseLayer } from '../pack/base-layers.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { PushedLayer } from './blob-upload.ts'
import { LayerDigestCache } from './layer-digest-cache.ts'

/** A layer that the destinations have, as they have it. */
export interface PresentLayer {
  readonly digest: string
  readonly size: number
  readonly diffId: string
}

/** The layers that an engine need not send: published bases, and what it sent before and all destinations still have. */
export class PresentLayers {
  readonly #memory: LayerDigestCache
  readonly #destinations: readonly ReadyDestination[]
  readonly #epoch: number

  private constructor(memory: LayerDigestCache, destinations: readonly ReadyDestination[], epoch: number) {
    this.#memory = memory
    this.#destinations = destinations
    this.#epoch = epoch
  }

  static async open(
    env: Environment,
    destinations: readonly ReadyDestination[],
    epoch: number,
  ): Promise<PresentLayers> {
    return new PresentLayers(await LayerDigestCache.open(env), destinations, epoch)
  }

  /** The size of a layer, by the engine's digest for it, when it is to be had without the engine. */
  async sizeOf(digest: string, base: readonly BaseLayer[]): Promise<number | undefined> {
    const published = base.find((layer) => layer.published?.descriptor.digest === digest)?.published
    if (published !== undefined) return published.descriptor.size
    const layer = this.#memory.get(digest, this.#epoch)
    if (layer === undefined) return undefined
    const { packed, size } = layer
    const there = this.#destinations.map(({ registry, repository }) => registry.hasBlob(repository.path, packed.digest))
    return (await Promise.all(there)).every(Boolean) ? size : undefined
  }

  /** What a layer is for the destinations, once `sizeOf` has found that they have it. */
  get(digest: string, now: number): PresentLayer | undefined {
    const layer = this.#memory.get(digest, this.#epoch)
    if (layer !== undefined) this.#memory.put(digest, { ...layer, used: now })
    return layer?.packed
  }

  add(engineDigest: string, engineSize: number, layer: PushedLayer, now: number): void {
    const { digest, size, diffId, newest } = layer
    const packed = { epoch: this.#epoch, digest, size, diffId }
    this.#memory.put(engineDigest, { size: engineSize, newest, packed, used: now })
  }

  save(): Promise<void> {
    return this.#memory.save()
  }
}
