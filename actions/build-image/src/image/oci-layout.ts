import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Image } from './image.ts'
import { OCI_INDEX, OCI_MANIFEST, readIndex } from './oci.ts'

/** Reads an OCI image layout, as buildx writes it. @throws SlipwayError when it does not have exactly one image. */
export async function readLayout(folder: string): Promise<Image> {
  const path = (digest: string) => join(folder, 'blobs', ...digest.split(':'))
  const { manifests } = readIndex(await readFile(join(folder, 'index.json')), folder)
  const [top] = manifests
  if (top === undefined || manifests.length > 1) {
    throw new SlipwayError(`buildx built ${manifests.length} images instead of one.`, {
      hint: 'Update buildx and the builder (docker/setup-buildx-action), or remove the input `builder`.',
    })
  }
  return {
    digest: top.digest,
    source: {
      name: 'the built image',
      repositoryOf: () => undefined,
      async manifest(digest) {
        const bytes = await readFile(path(digest))
        const { mediaType, manifests: children } = JSON.parse(bytes.toString('utf8')) as {
          mediaType?: string
          manifests?: unknown
        }
        return { bytes, digest, mediaType: mediaType ?? (children === undefined ? OCI_MANIFEST : OCI_INDEX) }
      },
      read: ({ digest }) => readFile(path(digest)),
      blob: ({ digest }) => createReadStream(path(digest)),
    },
  }
}
