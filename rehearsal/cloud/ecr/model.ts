import type { Scope } from '../kernel/call.ts'
import { matchesWildcard } from '../kernel/wildcard.ts'

export type Mutability = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION'

/** Pattern of tags with the opposite mutability of the repository. */
export interface ExclusionFilter {
  readonly filterType: 'WILDCARD'
  readonly filter: string
}

/** One ECR repository. Its layers are in the store; its images and tags are here. */
export interface Repository {
  readonly scope: Scope
  readonly name: string
  readonly arn: string
  readonly uri: string
  /** Path of its content in the store. */
  readonly storePath: string
  readonly createdAt: number
  readonly encryption: Readonly<Record<string, unknown>>
  mutability: Mutability
  exclusions: readonly ExclusionFilter[]
  scanOnPush: boolean
  policy: string | undefined
  lifecycle: { readonly text: string; readonly evaluatedAt: number } | undefined
  readonly resourceTags: Map<string, string>
  readonly images: Map<string, Image>
  /** Tag to digest. */
  readonly tags: Map<string, string>
}

export interface Image {
  readonly digest: string
  readonly manifest: Manifest
  readonly pushedAt: number
  lastPulledAt: number | undefined
  scan: Scan | undefined
  /** When it was last moved to the archive, and restored from it. */
  archivedAt?: number | undefined
  restoredAt?: number | undefined
}

const RESTORE_MS = 20 * 60_000

/** An archived image can be described, not pulled. Restoring it takes a while. */
export function statusOf({ archivedAt, restoredAt }: Image, now: number): 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING' {
  if (archivedAt === undefined) return 'ACTIVE'
  if (restoredAt === undefined) return 'ARCHIVED'
  return now < restoredAt + RESTORE_MS ? 'ACTIVATING' : 'ACTIVE'
}

/** Number of findings by severity. */
export type Findings = Readonly<Record<string, number>>

/** A scan, running or complete. Its findings are fixed at its start, and visible once `progress` says so. */
export interface Scan {
  readonly startedAt: number
  readonly enhanced: boolean
  readonly findings: Findings
}

/** The bytes of a manifest, and its parsed content. */
export interface Manifest {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly artifactMediaType: string | undefined
  /** The digest of an image's configuration. */
  readonly config: string | undefined
  /** The layers and the configuration of an image; nothing for an index. */
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
  /** The manifests that an index lists. */
  readonly children: readonly string[]
  readonly sizeInBytes: number
}

/** Image id in ECR's API: a digest, a tag, or both. */
export interface ImageId {
  readonly imageDigest?: string
  readonly imageTag?: string
}

/** Whether `tag` is immutable. */
export function isImmutable({ mutability, exclusions }: Repository, tag: string): boolean {
  const excluded = exclusions.some(({ filter }) => matchesWildcard(filter, tag))
  return mutability.startsWith('IMMUTABLE') !== excluded
}

export function tagsOf(repository: Repository, digest: string): string[] {
  return [...repository.tags].filter(([, at]) => at === digest).map(([tag]) => tag)
}

/** The image that `id` names, if it exists. A digest and a tag must name the same image. */
export function findImage(repository: Repository, { imageDigest, imageTag }: ImageId): Image | undefined {
  const tagged = imageTag === undefined ? undefined : repository.tags.get(imageTag)
  if (imageTag !== undefined && imageDigest !== undefined && tagged !== imageDigest) return undefined
  const digest = imageDigest ?? tagged
  return digest === undefined ? undefined : repository.images.get(digest)
}
