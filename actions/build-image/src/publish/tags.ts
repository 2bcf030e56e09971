import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image } from '../image/image.ts'
import type { ManifestBytes } from '../image/oci.ts'
import type { ReadyDestination, TagState } from '../registry/ready-destination.ts'
import { RegistryError } from '../registry/registry-error.ts'

/** @throws SlipwayError when a tag that cannot be moved stands for another image; nothing has been pushed then. */
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
 * Lets the tags stand for the image. Free tags come first, in all registries, and those that move away from another image
 * last: whoever follows a moving tag gets the new image only when it is everywhere. Each is then read back.
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
          hint: 'Something else moves this tag at the same time. Give the jobs one `concurrency` group, or the images own tags.',
        },
      )
    }
    log.info(`${reference}${state.current === image.digest ? ' already stands for it' : ''}`)
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
      hint: hint ?? 'Run the step again; what is done is not done twice.',
      cause: error,
    })
  }
}

/**
 * Puts a tag. ECR refuses an immutable tag that is there even when it stands for the same image, as it does after an answer
 * that was lost, or beside another run of the same commit: what the tag stands for decides.
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
