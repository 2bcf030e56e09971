import type { Readable } from 'node:stream'
import type { Repository } from '../../../../toolkit/image-reference.ts'
import type { Descriptor, ManifestBytes } from './oci.ts'

/** Where an image can be copied from: another registry, or a folder that a build left. */
export interface ImageSource {
  /** For messages. */
  readonly name: string
  /** The repository that has a blob already: another one in the same registry may mount it instead of being sent it. */
  home(digest: string): Repository | undefined
  manifest(digest: string): Promise<ManifestBytes>
  /** All of a small blob. */
  read(blob: Descriptor): Promise<Buffer>
  /** Opens a blob from its start; may be called again for another attempt. */
  blob(blob: Descriptor): Readable
}

/** An image that exists, somewhere: everything needed to put it into a registry. */
export interface Image {
  readonly source: ImageSource
  readonly digest: string
}
