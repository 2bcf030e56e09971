import type { Environment } from '../../../../toolkit/runtime.ts'
import type { BaseLayer } from '../pack/base-layers.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { PushedLayer } from './blob-upload.ts'
import { LayerDigestCache } from './layer-digest-cache.ts'

/** A layer that all destinations have. */
export interface PresentLayer {
  readonly digest: string
  readonly size: number
  readonly diffId: string
}

/** The layers that an engine need not push: those of published base images, and those that all destinations have. */
export class PresentLayers {
  readonly #cache: LayerDigestCache
  readonly #destinations: readonly ReadyDestination[]
  readonly #epoch: number

  private constructor(cache: LayerDigestCache, destinations: readonly ReadyDestination[], epoch: number) {
    this.#cache = cache
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

  /** Bytes of a layer, by the engine's digest, if the engine need not push it. */
  async sizeOf(digest: string, base: readonly BaseLayer[]): Promise<number | undefined> {
    const published = base.find((layer) => layer.published?.descriptor.digest === digest)?.published
    if (published !== undefined) return published.descriptor.size
    const layer = this.#cache.get(digest, this.#epoch)
    if (layer === undefined) return undefined
    const { packed, size } = layer
    const there = this.#destinations.map(({ registry, repository }) => registry.hasBlob(repository.path, packed.digest))
    return (await Promise.all(there)).every(Boolean) ? size : undefined
  }

  /** The layer as the destinations have it, by the engine's digest. Call `sizeOf` before, which checks that they have it. */
  get(digest: string, now: number): PresentLayer | undefined {
    const layer = this.#cache.get(digest, this.#epoch)
    if (layer !== undefined) this.#cache.put(digest, { ...layer, used: now })
    return layer?.packed
  }

  add(engineDigest: string, engineSize: number, layer: PushedLayer, now: number): void {
    const { digest, size, diffId, newest } = layer
    const packed = { epoch: this.#epoch, digest, size, diffId }
    this.#cache.put(engineDigest, { size: engineSize, newest, packed, used: now })
  }

  save(): Promise<void> {
    return this.#cache.save()
  }
}
