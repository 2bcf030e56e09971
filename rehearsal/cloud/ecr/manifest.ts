import { createHash } from 'node:crypto'
import { AwsError } from '../kernel/errors.ts'
import type { Manifest } from './model.ts'

const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
])

export const isIndex = (mediaType: string) => INDEXES.has(mediaType)

export const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

interface Descriptor {
  readonly digest: string
  readonly size: number
  readonly mediaType?: string
}

/** Parses an image manifest or an index. `mediaType` is from the request; default: the manifest's own. */
export function readManifest(bytes: Buffer, mediaType?: string): Manifest {
  const document = parse(bytes)
  const type = mediaType ?? (typeof document['mediaType'] === 'string' ? document['mediaType'] : undefined)
  if (type === undefined) throw invalid('it has no media type, and none was given with it')
  const config = descriptors([document['config']])
  const layers = [...config, ...descriptors(document['layers'])]
  return {
    bytes,
    mediaType: type,
    artifactMediaType: typeof document['artifactType'] === 'string' ? document['artifactType'] : config[0]?.mediaType,
    config: config[0]?.digest,
    layers: isIndex(type) ? [] : layers,
    children: isIndex(type) ? descriptors(document['manifests']).map(({ digest }) => digest) : [],
    sizeInBytes: layers.reduce((sum, { size }) => sum + size, 0),
  }
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>
  } catch {
    // Handled below.
  }
  throw invalid('it is not a JSON object')
}

function descriptors(value: unknown): Descriptor[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (item: Partial<Descriptor> | undefined): item is Descriptor =>
      typeof item?.digest === 'string' && typeof item.size === 'number',
  )
}

const invalid = (why: string) =>
  new AwsError('InvalidParameterException', `Invalid parameter at 'ImageManifest' failed to satisfy constraint: ${why}`)
