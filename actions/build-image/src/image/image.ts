import type { Readable } from 'node:stream'
import type { Repository } from '../../../../toolkit/image-reference.ts'
import type { Descriptor, ManifestBytes } from './oci.ts'

/** Where an image is copied from: a registry, or the files of a build. */
export interface ImageSource {
  /** For error messages. */
  readonly name: string
  /** A repository that has the blob. Another repository of the same registry can mount it instead of receiving it. */
  repositoryOf(digest: string): Repository | undefined
  manifest(digest: string): Promise<ManifestBytes>
  /** Content of a small blob. */
  read(blob: Descriptor): Promise<Buffer>
  /** Opens a blob from its start, once for each attempt to send it. */
  blob(blob: Descriptor): Readable
}

/** An image and where it can be copied from. */
export interface Image {
  readonly source: ImageSource
  readonly digest: string
}
