import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { Image } from '../image/image.ts'
import { formatSize } from '../image/size.ts'
import { type CopyTally, copyImage } from '../registry/copy-image.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'

/** A destination that has the image now, and what was sent to it. */
export interface Published {
  readonly destination: ReadyDestination
  readonly tally: CopyTally
}

/**
 * Copies an image to all destinations in parallel, by digest, without a tag. When one fails, the others are still finished, and
 * the error lists those that have the image. No tag is moved then.
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
  const messages = failures.map(errorMessage)
  throw new SlipwayError(
    `${failures.length} of ${destinations.length} registries did not get the image, and no tag was moved.\n${messages.join('\n')}`,
    {
      hint: `${done.length === 0 ? 'None has it' : `${done.join(', ')} ${done.length === 1 ? 'has' : 'have'} it, by digest only`}. Run the step again: what is there is not sent again.`,
      cause: failures[0],
    },
  )
}

const nothingSent = (): CopyTally => ({ blobs: { present: 0, mounted: 0, sent: 0 }, sent: 0 })

function describeTally({ blobs, sent }: CopyTally, there: boolean): string {
  if (there) return 'has the image already'
  const parts = [`${blobs.sent} blobs sent (${formatSize(sent)})`, `${blobs.present} already there`]
  if (blobs.mounted > 0) parts.push(`${blobs.mounted} mounted from another repository`)
  return parts.join(', ')
}
