import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image } from '../image/image.ts'
import type { ManifestBytes } from '../image/oci.ts'
import type { ReadyDestination, TagState } from '../registry/ready-destination.ts'
import { RegistryError } from '../registry/registry-error.ts'

/** @throws SlipwayError when an immutable tag stands for another image. Nothing has been pushed then. */
export function refuseTakenTags(destinations: readonly ReadyDestination[], digest: string): void {
  for (const { repository, tags } of destinations) {
    for (const { tag, current, immutable } of tags) {
      if (!immutable || current === undefined || current === digest) continue
      throw new SlipwayError(
        `The tag ${formatRepository(repository)}:${tag} is immutable and stands for ${current}; this image is ${digest}.`,
        { hint: 'Push under another tag. Nothing was pushed.' },
      )
    }
  }
}

/**
 * Sets the tags. New tags are set first, in all registries, and tags that move from another image last: a moved tag such as
 * `latest` gives the new image only when it is everywhere. Each tag is then read back.
 */
export async function tagAll(
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly string[]> {
  const manifest = await image.source.manifest(image.digest)
  const all = destinations.flatMap((destination) => destination.tags.map((state) => ({ destination, state })))
  const moved: string[] = []
  const put = async ({ destination, state }: (typeof all)[number]) => {
    const { registry, repository } = destination
    const reference = `${formatRepository(repository)}:${state.tag}`
    if (state.current !== image.digest) await putTag(destination, state.tag, manifest)
    const confirmed = await registry.resolve(repository.path, state.tag)
    if (confirmed !== image.digest) {
      throw new SlipwayError(
        `${reference} should stand for ${image.digest}, but the registry says ${confirmed ?? 'there is no such tag'}.`,
        {
          hint: 'Another run moves this tag at the same time. Put the jobs into one `concurrency` group, or use different tags.',
        },
      )
    }
    log.info(`${reference}${state.current === image.digest ? ' already points to this image' : ''}`)
    moved.push(reference)
    return reference
  }
  const moves = ({ state }: { state: TagState }) => state.current !== undefined && state.current !== image.digest
  try {
    const first = await inParallel(
      all.filter((one) => !moves(one)),
      4,
      put,
    )
    const last = await inParallel(all.filter(moves), 4, put)
    return [...first, ...last]
  } catch (error) {
    if (moved.length === 0 || !(error instanceof Error)) throw error
    const hint = error instanceof SlipwayError ? error.hint : undefined
    throw new SlipwayError(`${error.message}\nThese tags stand for the image already: ${moved.join(', ')}.`, {
      hint: hint ?? 'Run the step again: tags that are set stay as they are.',
      cause: error,
    })
  }
}

/**
 * Puts a tag. ECR refuses an existing immutable tag even when it stands for the same image: after a put whose answer was lost,
 * or when another run of the same commit has put it. So after a refusal, the image that the tag stands for decides.
 */
export async function putTag(
  { registry, repository }: ReadyDestination,
  tag: string,
  manifest: ManifestBytes,
): Promise<void> {
  try {
    await registry.putManifest(repository.path, tag, manifest)
  } catch (refusal) {
    if (!(refusal instanceof RegistryError)) throw refusal
    const current = await registry.resolve(repository.path, tag).catch(() => undefined)
    if (current === manifest.digest) return
    if (current === undefined || refusal.status < 400 || refusal.status >= 500) throw refusal
    throw new SlipwayError(
      `The tag ${formatRepository(repository)}:${tag} stands for ${current}, and this image is ${manifest.digest}. ${refusal.message}`,
      { hint: refusal.hint ?? 'Push under another tag.', cause: refusal },
    )
  }
}
