import { parseReference } from '../../../../toolkit/image-reference.ts'
import type { TaskDefinitionSource } from '../inputs/task-definition-source.ts'
import type { Registration } from './registration.ts'
import type { ShippedImage } from './shipped-image.ts'

/** An image of a container, and the input that it comes from. */
export interface ImageToShip extends Pick<ShippedImage, 'container' | 'image'> {
  readonly input: 'image' | 'task-definition' | 'template'
}

/**
 * The images that a deploy brings: those of `image`, then the others of the task definition that an input names. The revision
 * that the service runs brings none of its own.
 */
export function imagesToShip(
  { kind }: TaskDefinitionSource,
  registration: Registration,
  given: ReadonlyMap<string, string>,
): readonly ImageToShip[] {
  const ofImage = [...given].map(([container, image]): ImageToShip => ({ container, image, input: 'image' }))
  if (kind === 'service') return ofImage
  const input = kind === 'template' ? 'template' : 'task-definition'
  const others = registration.containerDefinitions.flatMap(({ name, image = '' }): ImageToShip[] =>
    name === undefined || image === '' || given.has(name) ? [] : [{ container: name, image, input }],
  )
  // ECS has accepted those of a revision, and may know forms that we do not.
  return [...ofImage, ...others.filter(({ image }) => kind === 'file' || parseReference(image).kind === 'reference')]
}

/**
 * The images that the deploy names: those of `image`, and those of a file. The sidecars of a template, or of a revision that
 * somebody else registered, are not its own: that their tag moves is no reason to replace tasks, and no failure.
 */
export const imagesNamed = <T extends { readonly input?: ImageToShip['input'] }>(
  { kind }: Pick<TaskDefinitionSource, 'kind'>,
  shipped: readonly T[],
): readonly T[] => shipped.filter(({ input = 'image' }) => input === 'image' || kind === 'file')

/** The images to show: those of `image`; without any, all. Beside a new image, sidecars are not the news. */
export function imagesToShow<T extends { readonly input?: string }>(shipped: readonly T[]): readonly T[] {
  const ofImage = shipped.filter(({ input }) => input === 'image')
  return ofImage.length > 0 ? ofImage : shipped
}
