import { createHash } from 'node:crypto'
import type Docker from 'dockerode'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { inspectImage } from '../engine/engine-images.ts'
import { digestOf } from '../image/digest.ts'
import type { Image } from '../image/image.ts'
import { type Descriptor, OCI_LAYER, readConfig, readManifest } from '../image/oci.ts'
import { type BaseLayer, baseLayersOf } from '../pack/base-layers.ts'
import { openLayer } from '../pack/layer-file.ts'
import type { PackRequest } from '../pack/pack-request.ts'
import { type PackedLayer, packedImage } from '../pack/packed-image.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { PushedLayer } from './blob-upload.ts'
import { EnginePush } from './engine-push.ts'
import { EngineTags } from './engine-tags.ts'
import { openLoopbackRegistry } from './loopback-registry.ts'
import { PresentLayers } from './present-layers.ts'
import { PushStorage } from './push-storage.ts'

/** Number of images that an engine pushes in parallel while it builds. */
const AHEAD = 2
/** The epoch when times are not changed. A number, as the digest cache is JSON. */
const NEVER = Number.MAX_SAFE_INTEGER

/** Takes images out of an engine by making it push them to this process. */
export class PushedImages {
  readonly #docker: Docker
  readonly #request: PackRequest
  readonly #world: World
  readonly #present: PresentLayers
  readonly #storage: PushStorage
  readonly #enginePush: EnginePush
  #base: Promise<readonly BaseLayer[]> | undefined
  #running = 0
  #next: string | undefined
  #pushed: string | undefined
  #closing: Promise<void> | undefined

  static async open(docker: Docker, request: PackRequest, world: World): Promise<PushedImages> {
    const { temporary, destinations, sendAheadTo, epoch = NEVER } = request
    const present = await PresentLayers.open(world.env, destinations, epoch)
    // The base image is known before the engine's first request.
    const sizeOf = async (digest: string) => present.sizeOf(digest, (await images.#base) ?? []).catch(() => undefined)
    const send = ({ digest, size, path }: PushedLayer) => {
      for (const { registry, repository } of sendAheadTo) {
        registry.sendAhead(repository.path, { digest, size, open: () => openLayer(path) })
      }
    }
    const storage = new PushStorage(await temporary.folder('pushed'), epoch, sizeOf, send)
    const registry = await openLoopbackRegistry(storage, portFor(destinations))
    const tags = new EngineTags(docker, registry.repository, world.step)
    const enginePush = new EnginePush(docker, registry, storage, tags)
    const images = new PushedImages({ docker, request, world, present, storage, enginePush })
    return images
  }

  private constructor(of: {
    readonly docker: Docker
    readonly request: PackRequest
    readonly world: World
    readonly present: PresentLayers
    readonly storage: PushStorage
    readonly enginePush: EnginePush
  }) {
    this.#docker = of.docker
    this.#request = of.request
    this.#world = of.world
    this.#present = of.present
    this.#storage = of.storage
    this.#enginePush = of.enginePush
  }

  /** Pushes an intermediate image in the background. Of several that wait, only the latest is pushed: it has all their layers. */
  pushAhead(id: string): void {
    this.#next = id
    if (this.#running >= AHEAD) return
    this.#running++
    void this.#pushWaiting().finally(() => this.#running--)
  }

  async #pushWaiting(): Promise<void> {
    try {
      for (let id = this.#next; id !== undefined; id = this.#next) {
        this.#next = undefined
        await this.#checkBase(id)
        await this.#enginePush.push(id)
      }
    } catch (error) {
      // The same failure is logged when the whole image is pushed.
      this.#world.log.debug(`An intermediate image was not pushed: ${errorMessage(error)}`)
    }
  }

  /** Pushes an image and returns it as it is pushed to registries. @throws when the engine cannot push it. */
  async push(id: string): Promise<Image> {
    this.#next = undefined
    const base = await this.#checkBase(id)
    const { bytes } = await this.#enginePush.push(id)
    const { config, layers } = readManifest(bytes, 'the built image')
    const engineConfig = this.#storage.config(config.digest)
    // The engine's id of an image is the digest of its configuration or of its manifest.
    if (engineConfig === undefined || (config.digest !== id && digestOf(bytes) !== id))
      throw incomplete('configuration')
    const { rootfs } = readConfig(engineConfig, 'the built image')
    const packed = await Promise.all(layers.map((layer, at) => this.#pack(layer, rootfs.diff_ids[at] ?? '', base[at])))
    // In the containerd image store an id is the manifest's digest, and removing a tag does not remove the build cache.
    if (config.digest === id) this.#pushed = id
    await this.#present.save()
    const sent = layers.filter(({ digest }) => this.#storage.blobs.has(digest)).length
    this.#world.log.info(`The engine pushed ${sent} of ${layers.length} layers to this step.`)
    return packedImage(engineConfig, packed, this.#request)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const id = this.#pushed
    await this.#enginePush.close(id === undefined ? undefined : (await inspectImage(this.#docker, id)).parent)
  }

  async #checkBase(id: string): Promise<readonly BaseLayer[]> {
    this.#base ??= baseLayersOf(this.#docker, id, this.#request)
    const base = await this.#base
    // Layers of an unpublished base image must not be changed, and in a push they cannot be told from others.
    if (base.some(({ published }) => published === undefined)) throw new Error('its base image is in no registry.')
    return base
  }

  async #pack({ digest, size }: Descriptor, diffId: string, base: BaseLayer | undefined): Promise<PackedLayer> {
    if (base?.published !== undefined) {
      const { descriptor, repository, open } = base.published
      return { descriptor, diffId, open, repository }
    }
    const now = this.#world.clock.now()
    const received = await this.#storage.layer(digest)
    if (received !== undefined) {
      this.#present.add(digest, size, received, now)
      return { ...describe(received), open: () => openLayer(received.path) }
    }
    const present = this.#present.get(digest, now)
    if (present === undefined) throw incomplete(`layer ${digest}`)
    return { ...describe(present), open: () => gone(present.digest) }
  }
}

const describe = ({ digest, size, diffId }: { digest: string; size: number; diffId: string }) => ({
  descriptor: { mediaType: OCI_LAYER, digest, size },
  diffId,
})

/** The same port for the same image in every run: an engine records what it pushed by the registry's address. */
export function portFor(destinations: readonly Pick<ReadyDestination, 'repository'>[]): number {
  const [first] = destinations
  const name = first === undefined ? '' : formatRepository(first.repository)
  return 20_000 + (createHash('sha256').update(name).digest().readUInt32BE(0) % 10_000)
}

const incomplete = (part: string) => new Error(`the engine pushed it without its ${part}.`)

function gone(digest: string): never {
  throw new SlipwayError(`The layer ${digest} was removed from a registry during this step.`, {
    hint: 'A lifecycle policy or a person removed it. Run the step again: then the layer is sent.',
  })
}
