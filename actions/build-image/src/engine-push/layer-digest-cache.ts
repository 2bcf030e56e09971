import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod/mini'
import type { Environment } from '../../../../toolkit/runtime.ts'

const remembered = z.object({
  /** Bytes of the layer as the engine pushes it. */
  size: z.number(),
  /** The newest file time in the layer, in seconds since 1970. */
  newest: z.number(),
  /** The layer as it is pushed to registries, with times limited to an epoch. */
  packed: z.object({ epoch: z.number(), digest: z.string(), size: z.number(), diffId: z.string() }),
  /** Time of the last use, in milliseconds since 1970. */
  used: z.number(),
})
const file = z.object({ version: z.literal(1), layers: z.record(z.string(), remembered) })

export type CachedLayer = z.infer<typeof remembered>

/** The number of layers that are kept. */
const LIMIT = 1000

/**
 * For layers that an engine has pushed before: from the engine's digest of a layer to its digest in registries. A layer that the
 * registries have is neither pushed nor packed again. The cache is a file in the user's cache folder. The registries are asked
 * for each layer, so a cache that is lost or old costs only time.
 */
export class LayerDigestCache {
  readonly #path: string | undefined
  readonly #layers: Map<string, CachedLayer>

  private constructor(path: string | undefined, layers: Map<string, CachedLayer>) {
    this.#path = path
    this.#layers = layers
  }

  static async open(env: Environment): Promise<LayerDigestCache> {
    const folder = env['XDG_CACHE_HOME'] || (env['HOME'] && join(env['HOME'], '.cache'))
    if (!folder) return new LayerDigestCache(undefined, new Map())
    const path = join(folder, 'slipway', 'layers.json')
    try {
      const { layers } = file.parse(JSON.parse(await readFile(path, 'utf8')))
      return new LayerDigestCache(path, new Map(Object.entries(layers)))
    } catch {
      // There is none, or another version wrote it.
      return new LayerDigestCache(path, new Map())
    }
  }

  /** A layer by the engine's digest, if packing it with this epoch gives the same bytes as before. */
  get(digest: string, epoch: number): CachedLayer | undefined {
    const layer = this.#layers.get(digest)
    const same =
      layer !== undefined && (layer.packed.epoch === epoch || layer.newest <= Math.min(epoch, layer.packed.epoch))
    return same ? layer : undefined
  }

  put(digest: string, layer: CachedLayer): void {
    this.#layers.set(digest, layer)
  }

  /** Saves the cache, without the layers that were not used for longest when there are too many. A failure is ignored. */
  async save(): Promise<void> {
    if (this.#path === undefined) return
    const recent = [...this.#layers].sort(([, a], [, b]) => b.used - a.used).slice(0, LIMIT)
    const text = JSON.stringify({ version: 1, layers: Object.fromEntries(recent) })
    const draft = `${this.#path}.${process.pid}`
    try {
      await mkdir(dirname(this.#path), { recursive: true })
      await writeFile(draft, text, { mode: 0o600 })
      await rename(draft, this.#path)
    } catch {
      // A read-only home, or a full disk: the next run packs these layers again.
      await rm(draft, { force: true }).catch(() => {})
    }
  }
}
