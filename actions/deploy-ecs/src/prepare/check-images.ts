import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Context } from '../inputs/context.ts'
import { type CheckedImage, checkImage } from '../task-definition/check-image.ts'
import type { ImageToShip } from '../task-definition/images-to-ship.ts'

/** The key of an image in a map: services may share one. */
export const imageKey = ({ container, image }: Pick<ImageToShip, 'container' | 'image'>) => `${container}=${image}`

/** Checks each image once. Returns them by key. */
export async function checkImages(
  context: Context,
  images: readonly ImageToShip[],
): Promise<ReadonlyMap<string, CheckedImage>> {
  const wanted = new Map(images.map((image) => [imageKey(image), image]))
  const checked = await inParallel([...wanted.values()], 4, (image) => checkImage(context, image))
  const { log, inputs } = context
  const isChosen = ({ input }: CheckedImage) => input === 'image' || inputs.taskDefinitionSource.kind === 'file'
  const notesOf = (some: readonly CheckedImage[]) => new Set(some.flatMap(({ note }) => note ?? []))
  // Tags of sidecars in a registered revision were chosen before: they need no annotation at each deploy.
  const warnings = notesOf(checked.filter(isChosen))
  for (const note of warnings) log.warning(note)
  for (const note of notesOf(checked)) if (!warnings.has(note)) log.info(note)
  return new Map(checked.map((image) => [imageKey(image), image]))
}
