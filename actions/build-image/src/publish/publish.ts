import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image } from '../image/image.ts'
import { formatRepository } from '../image/image-reference.ts'
import type { ManifestBytes } from '../image/oci.ts'
import { formatSize } from '../image/size.ts'
import { type CopyTally, copyImage } from '../registry/copy-image.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { ReadyDestination, TagState } from './preflight.ts'

/** What a destination has now. */
export interface Published {
  readonly destination: ReadyDestination
  readonly tally: CopyTally
}

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
 * Copies an image to every destination, side by side, under its digest only. When one fails the others are still finished,
 * and the error says which have it; no tag has been moved then.
 */
export async function copyToAll(
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly Published[]> {
  const results = await Promise.allSettled(
    destinations.map(async (destination) => {
      const { registry, repository } = destination
      const there = (await registry.resolve(repository.path, image.digest)) === image.digest
      const tally = there ? nothingSent() : await copyImage(image, destination)
      log.info(`${formatRepository(repository)}: ${describeTally(tally, there)}`)
      return { destination, tally }
    }),
  )
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  if (failures.length === 0) return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (destinations.length === 1) throw failures[0]
  const done = results.flatMap((result) =>
    result.status === 'fulfilled' ? [formatRepository(result.value.destination.repository)] : [],
  )
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  throw new SlipwayError(
    `${failures.length} of ${destinations.length} registries did not get the image, and no tag was moved.\n${messages.join('\n')}`,
    {
      hint: `${done.length === 0 ? 'None has it' : `${done.join(', ')} ${done.length === 1 ? 'has' : 'have'} it, by digest only`}. Run the step again: what is there is not sent again.`,
      cause: failures[0],
    },
  )
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
async function putTag({ registry, repository }: ReadyDestination, tag: string, manifest: ManifestBytes): Promise<void> {
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

/**
 * Puts the tag that says what the image was built from, so that the next run with the same sources finds it. Where the tag is
 * taken by another image of the same sources, that one is as good, and stays. Not being able to is no reason to fail.
 */
export function remember(
  tag: string,
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly string[]> {
  return putContentTag(image, destinations, tag, {
    moves: (current) => current === undefined,
    refused: (reference, reason) => log.info(`${reference} could not be put, so the next run builds again: ${reason}`),
  })
}

/**
 * Lets the tag stand for an image that was built anew although there was one of the same sources, for newer packages or another
 * secret: else the next run would find the old image, and go back to it. Where there is no such tag none is put.
 */
export function renew(
  tag: string,
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly string[]> {
  return putContentTag(image, destinations, tag, {
    moves: (current) => current !== undefined && current !== image.digest,
    refused: (reference, reason) =>
      log.warning(
        `${reference} still stands for an older image of the same sources, and the next run goes back to that one: ${reason} Let tags \`content-*\` be moved (ECR: an exclusion from tag immutability), or delete this one.`,
      ),
  })
}

async function putContentTag(
  image: Image,
  destinations: readonly ReadyDestination[],
  tag: string,
  rule: { moves(current: string | undefined): boolean; refused(reference: string, reason: unknown): void },
): Promise<readonly string[]> {
  const manifest = await image.source.manifest(image.digest)
  const put = destinations.map(async (destination) => {
    const { registry, repository } = destination
    const reference = `${formatRepository(repository)}:${tag}`
    try {
      const current = await registry.resolve(repository.path, tag)
      const moves = rule.moves(current)
      if (moves) await putTag(destination, tag, manifest)
      return moves || current === image.digest ? [reference] : []
    } catch (error) {
      rule.refused(reference, error instanceof Error ? error.message : error)
      return []
    }
  })
  return (await Promise.all(put)).flat()
}

const nothingSent = (): CopyTally => ({ blobs: { present: 0, mounted: 0, sent: 0 }, sent: 0 })

function describeTally({ blobs, sent }: CopyTally, there: boolean): string {
  if (there) return 'has the image already'
  const parts = [`${blobs.sent} blobs sent (${formatSize(sent)})`, `${blobs.present} were there`]
  if (blobs.mounted > 0) parts.push(`${blobs.mounted} mounted from another repository`)
  return parts.join(', ')
}
