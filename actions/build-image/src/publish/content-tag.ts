import { errorMessage } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { Image } from '../image/image.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import { putTag } from './tags.ts'

/**
 * Puts the content tag, by which the next run finds the image of the same sources. A content tag that exists is not moved. A
 * failure is logged only. Returns the references that stand for this image.
 */
export function addContentTag(
  tag: string,
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly string[]> {
  return putContentTag(image, destinations, tag, {
    moves: (current) => current === undefined,
    refused: (reference, reason) => log.info(`${reference} could not be set, so the next run builds again: ${reason}`),
  })
}

/**
 * Moves an existing content tag to this image, which was built although there was one of the same sources, for newer packages or
 * another secret. Otherwise the next run would find the old image and go back to it. A content tag that does not exist is not
 * set. A failure is a warning only. Returns the references that stand for this image.
 */
export function moveContentTag(
  tag: string,
  image: Image,
  destinations: readonly ReadyDestination[],
  log: Log,
): Promise<readonly string[]> {
  return putContentTag(image, destinations, tag, {
    moves: (current) => current !== undefined && current !== image.digest,
    refused: (reference, reason) =>
      log.warning(
        `${reference} still stands for an older image of the same sources, and the next run goes back to that image: ${reason} Make tags \`content-*\` mutable (ECR: an exclusion from tag immutability), or delete this tag.`,
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
      rule.refused(reference, errorMessage(error))
      return []
    }
  })
  return (await Promise.all(put)).flat()
}
