import { parseReference } from '../../../../toolkit/image-reference.ts'

/** A new image of a container. */
export interface ShippedImage {
  readonly container: string
  /** The reference, as in the task definition. */
  readonly image: string
  /** The digest that ECR has for the reference, where it could be read. */
  readonly digest?: string
}

/** The digest that tasks must run: that in the reference, else that of its tag. `undefined`: not known. */
export function expectedDigest({ image, digest }: ShippedImage): string | undefined {
  const reference = parseReference(image)
  return (reference.kind === 'reference' ? reference.digest : undefined) ?? digest
}
