import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import type { World } from '../../../../toolkit/runtime.ts'
import { asReadable, connectDocker } from '../engine/docker-engine.ts'
import { readEngineStream } from '../engine/engine-stream.ts'

/** The key of the run's tags in the state. */
export const TAGS_STATE = 'engine-tags'

/** The tags that an engine needs to push images to this run. They are removed at the end, by the post step if this one is killed. */
export class EngineTags {
  readonly repository: string
  readonly #docker: Docker
  readonly #step: World['step']
  /** Unique for this run: another run may use the same engine. */
  readonly #run = `run-${randomBytes(8).toString('hex')}`
  readonly #tags: string[] = []

  constructor(docker: Docker, repository: string, step: World['step']) {
    this.#docker = docker
    this.repository = repository
    this.#step = step
    // For the post step, which removes the tags when this step was killed.
    step.saveState(TAGS_STATE, `${repository}:${this.#run}`)
  }

  /** Adds a unique tag to an image, and returns it. */
  async add(id: string): Promise<string> {
    const tag = `${this.#run}-${this.#tags.length}`
    this.#tags.push(tag)
    await this.#docker.getImage(id).tag({ repo: this.repository, tag })
    return tag
  }

  /** Removes all tags. `parent` is the parent of the built image; '' when it has none, or the build failed. */
  async remove(parent: string): Promise<void> {
    await removeTags(
      this.#docker,
      this.#tags.map((tag) => ({ repo: this.repository, tag })),
      parent,
    )
    this.#step.saveState(TAGS_STATE, '')
  }
}

/** Removes the tags that a killed main step left. */
export async function removeLeftoverTags({ env, step }: Pick<World, 'env' | 'step'>): Promise<void> {
  const run = step.state(TAGS_STATE)
  // Only names that `EngineTags` gives: the state may be a variable of the job.
  if (!/:run-[0-9a-f]{16}$/.test(run)) return
  const docker = await connectDocker(env)
  const images = await docker.listImages({ filters: { reference: [`${run}-*`] } })
  const left = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((reference) => isOf(run, reference))
  const repo = run.slice(0, run.lastIndexOf(':'))
  await removeTags(
    docker,
    left.map((reference) => ({ repo, tag: reference.slice(repo.length + 1) })),
    '',
  )
}

const isOf = (run: string, reference: string) =>
  reference.startsWith(`${run}-`) && /^\d+$/.test(reference.slice(run.length + 1))

/**
 * Removing an image's last tag removes the image, unless another image is built upon it, and with it the cache of the next build.
 * So the tags are moved to the image's parent, or to an empty image, before they are removed.
 */
async function removeTags(
  docker: Docker,
  tags: readonly { readonly repo: string; readonly tag: string }[],
  parent: string,
): Promise<void> {
  if (tags.length === 0) return
  const target = parent === '' ? await importEmpty(docker) : parent
  for (const tag of tags) await docker.getImage(target).tag(tag)
  // With force, as a container of another build may use the parent. An image that others are built upon is not removed.
  for (const { repo, tag } of tags) await docker.getImage(`${repo}:${tag}`).remove({ force: true })
}

async function importEmpty(docker: Docker): Promise<string> {
  const nothing = Readable.from([Buffer.alloc(1024)], { objectMode: false })
  let id = ''
  const answer = asReadable(await docker.importImage(nothing))
  for await (const { status } of readEngineStream(answer)) id = status ?? id
  return id
}
