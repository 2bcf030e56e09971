import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod/mini'
import type { Environment } from '../../../../toolkit/runtime.ts'

const remembered = z.object({
  /** As the engine sends it. */
  size: z.number(),
  /** The newest time in it, in seconds. */
  newest: z.number(),
  /** What it became, with its times held down to an epoch. */
  packed: z.object({ epoch: z.number(), digest: z.string(), size: z.number(), diffId: z.string() }),
  /** When it was last needed, in milliseconds since the epoch. */
  used: z.number(),
})
const file = z.object({ version: z.literal(1), layers: z.record(z.string(), remembered) })

export type CachedLayer = z.infer<typeof remembered>

const MOST = 1000

/**
 * What became of layers that an engine has sent before, by the digest that the engine knows them by: one that the registries
 * have need not be sent, nor packed, again. Kept in the user's cache folder, where there is one. Whether the registries have a
 * layer is asked of them each time, so a memory that is lost or old costs time and nothing else.
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
      // There is none, or it is not one that this version wrote.
      return new LayerDigestCache(path, new Map())
    }
  }

  /** What is known of a layer, when with this epoch it becomes what it was made before. */
  get(digest: string, epoch: number): CachedLayer | undefined {
    const layer = this.#layers.get(digest)
    const same =
      layer !== undefined && (layer.packed.epoch === epoch || layer.newest <= Math.min(epoch, layer.packed.epoch))
    return same ? layer : undefined
  }

  put(digest: string, layer: CachedLayer): void {
    this.#layers.set(digest, layer)
  }

  /** Writes it down, the least recently needed left out when there are too many. Nobody fails for not being able to. */
  async save(): Promise<void> {
    if (this.#path === undefined) return
    const recent = [...this.#layers].sort(([, a], [, b]) => b.used - a.used).slice(0, MOST)
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
