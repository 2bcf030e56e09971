import { InputError } from '../../../../toolkit/errors.ts'
import { checkTag, formatRepository, type Repository, requireReference } from '../../../../toolkit/image-reference.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'

/** A repository to push to, and the image's tags there. */
export interface Destination {
  readonly repository: Repository
  readonly tags: readonly string[]
}

/**
 * Reads `images` and `tags`. A bare tag applies to every image, a full reference to its own repository. `needed` is false when
 * the image is neither pushed nor tagged in the engine: then no image has to be named.
 */
export function readDestinations(reader: InputReader, sha: string, needed: boolean): readonly Destination[] {
  const destinations = new Map<string, { repository: Repository; tags: Set<string> }>()
  const at = (repository: Repository) => {
    const key = formatRepository(repository)
    const found = destinations.get(key) ?? { repository, tags: new Set() }
    destinations.set(key, found)
    return found
  }
  const repositories = reader.list('images').map(readRepository)
  const bareTags: string[] = []
  const references = reader.list('tags').flatMap((item) => {
    // A word without `/`, `:` or `@` is a tag. Docker would read it as a repository on Docker Hub.
    if (!/[/:@]/.test(item)) bareTags.push(item)
    return /[/:@]/.test(item) ? [item] : []
  })
  // The default, and there is nothing to tag.
  if (repositories.length === 0 && references.length === 0 && bareTags.every((tag) => tag === sha)) return []
  if (repositories.length === 0 && bareTags[0] !== undefined && needed) {
    throw new InputError('tags', `has \`${bareTags[0]}\`, but \`images\` is not set.`, {
      hint: `Set \`images\` to the repository, or write the tag in full: \`registry/name:${bareTags[0]}\`.`,
    })
  }
  for (const tag of bareTags) checkTag(tag, 'tags')
  if (repositories.length > 0 && bareTags.length === 0 && references.length === 0) bareTags.push(commitTag(sha))
  for (const repository of repositories) {
    const { tags } = at(repository)
    for (const tag of bareTags) tags.add(tag)
  }
  for (const item of references) {
    const { repository, tag, digest } = requireReference(item, 'tags')
    if (tag === undefined || digest !== undefined) {
      throw new InputError('tags', `has \`${item}\`, which names no tag.`, {
        hint: `Write \`${item.split('@')[0]}:<tag>\`.`,
      })
    }
    at(repository).tags.add(tag)
  }
  for (const { repository, tags } of destinations.values()) {
    if (tags.size > 0) continue
    throw new InputError(
      'images',
      `has \`${formatRepository(repository)}\`, which gets no tag: \`tags\` names other repositories.`,
      {
        hint: 'Write the tag alone, such as `v1`, to set it in every repository; or remove this repository.',
      },
    )
  }
  return [...destinations.values()].map(({ repository, tags }) => ({ repository, tags: [...tags] }))
}

function readRepository(item: string): Repository {
  const { repository, tag, digest } = requireReference(item, 'images')
  if (tag !== undefined || digest !== undefined) {
    throw new InputError('images', `has \`${item}\`, which has a tag or a digest.`, {
      hint: `Write \`${formatRepository(repository)}\` here${tag === undefined ? '' : `, and \`${tag}\` in \`tags\``}.`,
    })
  }
  return repository
}

function commitTag(sha: string): string {
  if (sha !== '') return sha
  throw new InputError('tags', 'is missing, and GITHUB_SHA, its default, is not set.', {
    hint: 'Set it, for example `tags: v1.2.3`.',
  })
}
