import { createHash } from 'node:crypto'
import { parseImage } from '../../kernel/image-reference.ts'
import type { TaskIdentity } from '../runtime.ts'

/** The digests of the images that simulated tasks run. No task pulls one. */
export class ImageDigests {
  readonly #known: (image: string) => string | undefined
  readonly #ofDeployments = new Map<string, string>()

  /** @param known the digest of an image, by its tag, in the registries of this cloud. */
  constructor(known: (image: string) => string | undefined) {
    this.#known = known
  }

  /**
   * The digest of a container's image: that of its reference, or of its tag in this cloud. An image of another registry has one that
   * its name decides. All tasks of a deployment run the image that its first task found, as on ECS.
   */
  of({ deploymentId }: Pick<TaskIdentity, 'deploymentId'>, image: string): string {
    const { digest } = parseImage(image)
    if (digest !== undefined) return digest
    const key = `${deploymentId} ${image}`
    const found = this.#ofDeployments.get(key) ?? this.#known(image) ?? digestOfName(image)
    if (deploymentId !== undefined) this.#ofDeployments.set(key, found)
    return found
  }
}

function digestOfName(image: string): string {
  const { repository, tag = 'latest' } = parseImage(image)
  return `sha256:${createHash('sha256').update(`${repository}:${tag}`).digest('hex')}`
}
