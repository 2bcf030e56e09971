/** An image that was put into a container, and the digest that its tasks must show, where that could be told. */
export interface ShippedImage {
  readonly container: string
  readonly image: string
  readonly digest?: string
}

/** The parts of an image reference. */
export interface ImageReference {
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

/** Takes an image reference apart the way Docker does; `undefined` for one that it would refuse. */
export function parseImage(image: string): ImageReference | undefined {
  const match =
    /^(?:((?:[\w-]+(?:\.[\w-]+)+|localhost|[\w-]+(?=:\d+\/))(?::\d+)?)\/)?([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      image,
    )
  if (match === null) return undefined
  const [, registry = 'docker.io', repository = '', tag, digest] = match
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The account and region of an ECR registry; `undefined` for any other. */
export function ecrRegistry(registry: string): { readonly account: string; readonly region: string } | undefined {
  const match = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/.exec(registry)
  return match?.[1] === undefined || match[2] === undefined ? undefined : { account: match[1], region: match[2] }
}

/** The digest that must run: the one in the reference, else the one that the tag stood for. */
export const expectedDigest = ({ image, digest }: ShippedImage): string | undefined =>
  parseImage(image)?.digest ?? digest
