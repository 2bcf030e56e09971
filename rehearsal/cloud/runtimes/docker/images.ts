import type Docker from 'dockerode'
import type { PullAccess } from '../../interfaces.ts'
import type { Scope } from '../../kernel/call.ts'
import { parseImage } from '../../kernel/image-reference.ts'

/** ECS_IMAGE_PULL_BEHAVIOR of the ECS agent: `default` uses the engine's image if the pull fails, on instances only. */
export type PullBehavior = 'default' | 'always' | 'prefer-cached'

/** Pulls images for tasks, and removes those that it pulled. */
export class Images {
  readonly #engine: Docker
  readonly #access: PullAccess
  readonly #behavior: PullBehavior
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #brought = new Set<string>()

  constructor(engine: Docker, access: PullAccess, behavior: PullBehavior) {
    this.#engine = engine
    this.#access = access
    this.#behavior = behavior
  }

  /** Makes sure that the engine has `image`. Rejects with the engine's own error. */
  async pull(scope: Scope, image: string, mayFallBack: boolean): Promise<{ readonly digest: string | undefined }> {
    const local = await this.#inspect(image)
    if (local === undefined || this.#behavior !== 'prefer-cached') {
      try {
        await this.#pullOnce(scope, image)
        if (local === undefined) this.#brought.add(image)
      } catch (error) {
        if (local === undefined || !mayFallBack || this.#behavior === 'always') throw error
      }
    }
    const held = (await this.#inspect(image)) ?? local
    return { digest: digestOf(image, held?.RepoDigests ?? []) }
  }

  /** Removes the images that were pulled here from the engine. Skips images that a container still uses. */
  async removeAll(): Promise<void> {
    for (const image of this.#brought)
      await this.#engine
        .getImage(image)
        .remove({ noprune: false })
        .catch(() => undefined)
    this.#brought.clear()
  }

  #pullOnce(scope: Scope, image: string): Promise<void> {
    const key = `${scope.account}/${scope.region} ${image}`
    let pull = this.#underWay.get(key)
    if (pull === undefined) {
      pull = this.#pull(scope, image).finally(() => this.#underWay.delete(key))
      this.#underWay.set(key, pull)
    }
    return pull
  }

  async #pull(scope: Scope, image: string): Promise<void> {
    const authconfig = this.#access.login(scope, image)
    const progress: NodeJS.ReadableStream = await this.#engine.pull(
      image,
      authconfig === undefined ? {} : { authconfig },
    )
    await new Promise<void>((resolve, reject) => {
      this.#engine.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve()))
    })
  }

  async #inspect(image: string) {
    return this.#engine
      .getImage(image)
      .inspect()
      .catch(() => undefined)
  }
}

/** The digest of the manifest in the repository that `image` names. */
export function digestOf(image: string, repoDigests: readonly string[]): string | undefined {
  const { repository, digest } = parseImage(image)
  return digest ?? repoDigests.map(parseImage).find((held) => held.repository === repository)?.digest
}
