import type { Caller, Members, Operations } from '../../kernel/call.ts'
import { AwsError } from '../../kernel/errors.ts'
import { digestDoesNotMatch, imageExists, invalidParameter, tagExists } from '../errors.ts'
import { digestOf, isIndex } from '../manifest.ts'
import { findImage, type Image, type ImageId, isImmutable, type Repository, statusOf, tagsOf } from '../model.ts'
import type { Repositories } from '../repositories.ts'
import { imageId, objects, page, repositoryName, required, scopeOf, strings, text } from './input.ts'
import { scanSummary } from './scans.ts'

const MOST_IMAGES = 100

/** Operations on images. */
export function imageOperations(repositories: Repositories, now: () => number): Operations {
  const open = (input: Members, caller: Caller, action: string) =>
    repositories.open(scopeOf(input, caller), repositoryName(input), caller, action)

  return {
    BatchGetImage: (input, caller) => {
      const repository = open(input, caller, 'BatchGetImage')
      const accepted = strings(input, 'acceptedMediaTypes')
      return batch(imageIds(input), (id) => {
        const image = repositories.pullable(repository, id)
        if (image === undefined) return missing(id)
        repositories.markPulled(image)
        // A client that accepts no media type of an index gets its first image, as from any registry.
        return { images: [imageAnswer(repository, readable(repository, image, accepted), id.imageTag)] }
      })
    },

    PutImage: async (input, caller) => {
      const repository = open(input, caller, 'PutImage')
      const bytes = Buffer.from(required(input, 'imageManifest'))
      const tag = text(input, 'imageTag')
      const digest = digestOf(bytes)
      const given = text(input, 'imageDigest')
      if (given !== undefined && given !== digest) throw digestDoesNotMatch(given, digest)
      refuseUnchanged(repository, digest, tag)
      const image = await repositories.push(repository, {
        bytes,
        mediaType: text(input, 'imageManifestMediaType'),
        tag,
      })
      return { image: imageAnswer(repository, image, tag) }
    },

    DescribeImages: (input, caller) => {
      const repository = open(input, caller, 'DescribeImages')
      const ids = objects(input, 'imageIds')
      const images =
        ids.length > 0
          ? ids.map((id) => repositories.image(repository, imageId(id, 'imageIds')))
          : [...repository.images.values()].filter(byStatus(repository, input, now()))
      const { items, next } = page(images, input)
      return { imageDetails: items.map((image) => detail(repository, image, now())), ...next }
    },

    ListImages: (input, caller) => {
      const repository = open(input, caller, 'ListImages')
      const ids = [...repository.images.values()].filter(byStatus(repository, input, now())).flatMap(({ digest }) => {
        const tags = tagsOf(repository, digest)
        return tags.length === 0
          ? [{ imageDigest: digest }]
          : tags.map((imageTag) => ({ imageDigest: digest, imageTag }))
      })
      const { items, next } = page(ids, input)
      return { imageIds: items, ...next }
    },

    UpdateImageStorageClass: (input, caller) => {
      const repository = open(input, caller, 'UpdateImageStorageClass')
      const image = repositories.image(repository, imageId(input['imageId']))
      const target = required(input, 'targetStorageClass')
      const isArchived = statusOf(image, now()) !== 'ACTIVE'
      if (target === 'ARCHIVE' && !isArchived) Object.assign(image, { archivedAt: now(), restoredAt: undefined })
      if (target === 'STANDARD' && isArchived) image.restoredAt ??= now()
      return {
        registryId: repository.scope.account,
        repositoryName: repository.name,
        imageId: { imageDigest: image.digest },
        imageStatus: statusOf(image, now()),
      }
    },

    BatchDeleteImage: (input, caller) => {
      const repository = open(input, caller, 'BatchDeleteImage')
      const { images, failures } = batch(imageIds(input), (id) =>
        findImage(repository, id) === undefined ? missing(id) : { images: repositories.remove(repository, id) },
      )
      return { imageIds: images, failures }
    },
  }
}

interface Part {
  readonly images?: readonly object[]
  readonly failures?: readonly object[]
}

/** Response of a batch operation: images and failures. */
function batch(ids: readonly ImageId[], one: (id: ImageId) => Part) {
  const parts = ids.map(one)
  return {
    images: parts.flatMap(({ images = [] }) => images),
    failures: parts.flatMap(({ failures = [] }) => failures),
  }
}

const missing = (id: ImageId): Part => ({
  failures: [{ imageId: id, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }],
})

function imageIds(input: Members): readonly ImageId[] {
  const ids = objects(input, 'imageIds')
  if (ids.length === 0 || ids.length > MOST_IMAGES) {
    throw invalidParameter('imageIds', `Member must have length between 1 and ${MOST_IMAGES}`)
  }
  return ids.map((id) => imageId(id, 'imageIds'))
}

function imageAnswer({ scope, name }: Repository, { digest, manifest }: Image, tag: string | undefined): Members {
  return {
    registryId: scope.account,
    repositoryName: name,
    imageId: { imageDigest: digest, ...(tag === undefined ? {} : { imageTag: tag }) },
    imageManifest: manifest.bytes.toString('utf8'),
    imageManifestMediaType: manifest.mediaType,
  }
}

/** PutImage, unlike a push, has different errors for an existing image and for an immutable tag. */
function refuseUnchanged(repository: Repository, digest: string, tag: string | undefined): void {
  const there = repository.images.has(digest)
  if (there && (tag === undefined || repository.tags.get(tag) === digest)) throw imageExists(repository, digest, tag)
  if (tag !== undefined && repository.tags.has(tag) && isImmutable(repository, tag)) throw tagExists(repository, tag)
}

function readable(repository: Repository, image: Image, accepted: readonly string[]): Image {
  if (accepted.length === 0 || accepted.includes(image.manifest.mediaType) || !isIndex(image.manifest.mediaType)) {
    return image
  }
  const first = image.manifest.children.map((digest) => repository.images.get(digest)).find((child) => child)
  if (first !== undefined) return first
  throw new AwsError('InvalidParameterException', `No image of the index ${image.digest} is of an accepted media type`)
}

/** Images with the tags and the status of the filter. Without a status, those that are ACTIVE. */
function byStatus(repository: Repository, input: Members, now: number): (image: Image) => boolean {
  const { tagStatus = 'ANY', imageStatus = 'ACTIVE' } = (input['filter'] ?? {}) as Readonly<Record<string, string>>
  const isTagged = ({ digest }: Image) => tagsOf(repository, digest).length > 0
  return (image) =>
    (tagStatus === 'ANY' || isTagged(image) === (tagStatus === 'TAGGED')) &&
    (imageStatus === 'ANY' || statusOf(image, now) === imageStatus)
}

function detail(repository: Repository, image: Image, now: number): Members {
  const { manifest, digest, pushedAt, lastPulledAt } = image
  const tags = tagsOf(repository, digest)
  const children = manifest.children.map((child) => repository.images.get(child)?.manifest.sizeInBytes ?? 0)
  return {
    registryId: repository.scope.account,
    repositoryName: repository.name,
    imageDigest: digest,
    ...(tags.length === 0 ? {} : { imageTags: tags }),
    // ECR returns the size of an index's largest image.
    imageSizeInBytes: Math.max(manifest.sizeInBytes, ...children),
    imagePushedAt: new Date(pushedAt),
    imageManifestMediaType: manifest.mediaType,
    ...(manifest.artifactMediaType === undefined ? {} : { artifactMediaType: manifest.artifactMediaType }),
    ...(lastPulledAt === undefined ? {} : { lastRecordedPullTime: new Date(lastPulledAt) }),
    imageStatus: statusOf(image, now),
    ...(image.archivedAt === undefined ? {} : { lastArchivedAt: new Date(image.archivedAt) }),
    ...(image.restoredAt === undefined ? {} : { lastActivatedAt: new Date(image.restoredAt) }),
    ...scanSummary(image, now),
  }
}
