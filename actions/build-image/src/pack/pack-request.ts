import type { Pair } from '../../../../toolkit/inputs.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { Registries } from '../registry/registries.ts'
import type { TemporaryFolder } from '../runner/temporary-folder.ts'
import type { BaseImage } from '../sources/base-images.ts'

/** What is needed to turn an image in a Docker engine into the bytes that registries get. */
export interface PackRequest {
  readonly labels: readonly Pair[]
  /** Seconds since 1970. Later times in layers and configuration are set to it; `undefined` leaves all times as they are. */
  readonly epoch: number | undefined
  /** Every image that the Dockerfile names. */
  readonly dockerfileImages: readonly string[]
  /** The same images as their registries have them now; `undefined` when one could not be looked up. */
  readonly bases: readonly BaseImage[] | undefined
  readonly registries: Registries
  /** Where the image is pushed to. Empty when it stays on this machine. */
  readonly destinations: readonly ReadyDestination[]
  /** Destinations that may get layers while later ones are still being built. */
  readonly sendAheadTo: readonly ReadyDestination[]
  readonly temporary: TemporaryFolder
}
