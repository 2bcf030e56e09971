import { createHash } from 'node:crypto'
import type Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { BuildParts } from '../build/build.ts'
import { digestOf } from '../image/digest.ts'
import type { Image } from '../image/image.ts'
import { formatRepository } from '../image/image-reference.ts'
import { type Descriptor, OCI_LAYER, readConfig, readManifest } from '../image/oci.ts'
import type { BaseLayer } from '../pack/base-layers.ts'
import { openLayer } from '../pack/layer-file.ts'
import { baseLayersOf, parentOf } from '../pack/pack-archive.ts'
import { type PackedLayer, packedImage } from '../pack/packed-image.ts'
import type { ReceivedLayer } from './blob-upload.ts'
import { EnginePush } from './engine-push.ts'
import { EngineTags } from './engine-tags.ts'
import { openReceiver } from './loopback-registry.ts'
import { KnownLayers } from './present-layers.ts'
import { ReceivedParts } from './push-storage.ts'

/** How many images an engine pushes at the same time, at most, while it builds. */
const AHEAD = 2
/** For times that stay what they are. A number, as it is written down. */
const NEVER = Number.MAX_SAFE_INTEGER

/** Images that an engine pushes to this process. */
export class PushedImages {
  readonly #docker: Docker
  readonly #labels: readonly Pair[]
  readonly #parts: BuildParts
  readonly #world: World
  readonly #known: KnownLayers
  readonly #received: ReceivedParts
  readonly #push: EnginePush
  #base: Promise<readonly BaseLayer[]> | undefined
  #underWay = 0
  #next: string | undefined
  #last: string | undefined
  #closing: Promise<void> | undefined

  static async open(docker: Docker, labels: readonly Pair[], parts: BuildParts, world: World): Promise<PushedImages> {
    const { inputs, sources, temporary, destinations, sendAheadTo } = parts
    const epoch = inputs.reproducible ? sources.commit.epoch : NEVER
    const known = await KnownLayers.open(world.env, destinations, epoch)
    // The base is known by the time that the engine asks for anything.
    const sizeOf = async (digest: string) => known.sizeOf(digest, (await images.#base) ?? []).catch(() => undefined)
    const send = ({ digest, size, path }: ReceivedLayer) => {
      for (const { registry, repository } of sendAheadTo) {
        registry.sendAhead(repository.path, { digest, size, open: () => openLayer(path) })
      }
    }
    const received = new ReceivedParts(await temporary.folder('pushed'), epoch, sizeOf, send)
    const receiver = await openReceiver(received, portFor(parts))
    const tags = new EngineTags(docker, receiver.repository, world.step)
    const push = new EnginePush(docker, receiver, received, tags)
    const images = new PushedImages({ docker, labels, parts, world, known, received, push })
    return images
  }

  private constructor(of: {
    readonly docker: Docker
    readonly labels: readonly Pair[]
    readonly parts: BuildParts
    readonly world: World
    readonly known: KnownLayers
    readonly received: ReceivedParts
    readonly push: EnginePush
  }) {
    this.#docker = of.docker
    this.#labels = of.labels
    this.#parts = of.parts
    this.#world = of.world
    this.#known = of.known
    this.#received = of.received
    this.#push = of.push
  }

  /** Has an image pushed whose layers will be needed. With many at a time, the latest goes next: it has those of the others. */
  offer(id: string): void {
    this.#next = id
    if (this.#underWay >= AHEAD) return
    this.#underWay++
    void this.#pushOffered().finally(() => this.#underWay--)
  }

  async #pushOffered(): Promise<void> {
    try {
      for (let id = this.#next; id !== undefined; id = this.#next) {
        this.#next = undefined
        await this.#checkBase(id)
        await this.#push.push(id)
      }
    } catch (error) {
      // What stands against it stands against the whole image too, and is told then.
      this.#world.log.debug(`Not pushed ahead: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** Has an image pushed, and puts it together. @throws when the engine cannot. */
  async take(id: string): Promise<Image> {
    this.#next = undefined
    const base = await this.#checkBase(id)
    const { bytes } = await this.#push.push(id)
    const { config, layers } = readManifest(bytes, 'the built image')
    const engineConfig = this.#received.blobs.get(config.digest)?.config
    // The engine's id is the digest of one or the other.
    if (engineConfig === undefined || (config.digest !== id && digestOf(bytes) !== id))
      throw incomplete('configuration')
    const { rootfs } = readConfig(engineConfig, 'the built image')
    const packed = await Promise.all(layers.map((layer, at) => this.#pack(layer, rootfs.diff_ids[at] ?? '', base[at])))
    // An engine that keeps images in containerd names them by their manifest, and has other rules for what tags hold.
    if (config.digest === id) this.#last = id
    await this.#known.save()
    const { inputs, sources } = this.#parts
    const epoch = inputs.reproducible ? sources.commit.epoch : undefined
    const sent = layers.filter(({ digest }) => this.#received.blobs.has(digest)).length
    this.#world.log.info(`The engine has pushed ${sent} of ${layers.length} layers to this step.`)
    return packedImage(engineConfig, packed, { epoch, labels: this.#labels })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const id = this.#last
    await this.#push.close(id === undefined ? undefined : await parentOf(this.#docker, id))
  }

  async #checkBase(id: string): Promise<readonly BaseLayer[]> {
    this.#base ??= baseLayersOf(this.#docker, id, this.#parts)
    const base = await this.#base
    // Such layers stay as they are, and among what is pushed they cannot be told from others beforehand.
    if (base.some(({ published }) => published === undefined)) throw new Error('its base is in no registry.')
    return base
  }

  async #pack({ digest, size }: Descriptor, diffId: string, base: BaseLayer | undefined): Promise<PackedLayer> {
    if (base?.published !== undefined) {
      const { descriptor, repository, open } = base.published
      return { descriptor, diffId, open, home: repository }
    }
    const now = this.#world.clock.now()
    const received = await this.#received.blobs.get(digest)?.layer
    if (received !== undefined) {
      this.#known.add(digest, size, received, now)
      return { ...describe(received), open: () => openLayer(received.path) }
    }
    const known = this.#known.get(digest, now)
    if (known === undefined) throw incomplete(`layer ${digest}`)
    return { ...describe(known), open: () => gone(known.digest) }
  }
}

const describe = ({ digest, size, diffId }: { digest: string; size: number; diffId: string }) => ({
  descriptor: { mediaType: OCI_LAYER, digest, size },
  diffId,
})

/** The same port each time for the same service: an engine remembers what it pushed by the name of the registry. */
function portFor({ destinations }: BuildParts): number {
  const [first] = destinations
  const name = first === undefined ? '' : formatRepository(first.repository)
  return 20_000 + (createHash('sha256').update(name).digest().readUInt32BE(0) % 10_000)
}

const incomplete = (part: string) => new Error(`It was pushed without its ${part}.`)

function gone(digest: string): never {
  throw new SlipwayError(`A registry had the layer ${digest}, and has it no longer.`, {
    hint: 'A lifecycle policy or a person removed it just now. Run the step again: then it is sent.',
  })
}
