// The parts of the OCI image and distribution specifications that are used here.

import * as z from 'zod/mini'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'

/** Media types of all manifests that can be copied, for the Accept header. */
export const MANIFEST_TYPES = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX]
export const isIndex = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_INDEX

// It becomes a part of addresses and paths. The grammar is that of the image specification.
const digest = z.string().check(z.regex(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[\w=-]+$/))
const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.number(),
  platform: z.optional(z.object({ os: z.string(), architecture: z.string(), variant: z.optional(z.string()) })),
  annotations: z.optional(z.record(z.string(), z.string())),
})
const manifest = z.object({
  mediaType: z.optional(z.string()),
  config: descriptor,
  layers: z.array(descriptor),
})
const index = z.object({ mediaType: z.optional(z.string()), manifests: z.array(descriptor) })
const config = z.object({
  architecture: z.optional(z.string()),
  os: z.optional(z.string()),
  created: z.optional(z.string()),
  config: z.optional(z.nullable(z.object({ Labels: z.optional(z.nullable(z.record(z.string(), z.string()))) }))),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
  history: z.optional(z.array(z.object({ created_by: z.optional(z.string()), empty_layer: z.optional(z.boolean()) }))),
})

export type Descriptor = z.infer<typeof descriptor>
export type Manifest = z.infer<typeof manifest>
export type Index = z.infer<typeof index>
export type ImageConfig = z.infer<typeof config>

/** A manifest or index in its exact bytes: the digest is theirs, so they are never serialized again. */
export interface ManifestBytes {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly digest: string
}

export const readManifest = (bytes: Buffer, of: string): Manifest => parse(manifest, bytes, `manifest of ${of}`)
export const readIndex = (bytes: Buffer, of: string): Index => parse(index, bytes, `index of ${of}`)
export const readConfig = (bytes: Buffer, of: string): ImageConfig => parse(config, bytes, `configuration of ${of}`)

function parse<T>(schema: z.ZodMiniType<T>, bytes: Buffer, what: string): T {
  try {
    return schema.parse(parseJson(bytes.toString('utf8'), `The ${what}`))
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new SlipwayError(`The ${what} does not follow the OCI image specification.`, {
      hint: 'Images of Docker’s schema 1, and artifacts that are not images, cannot be copied. Build the image again, and push it with a current tool.',
      cause,
    })
  }
}
