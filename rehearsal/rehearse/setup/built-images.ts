// The images that a rehearsal built, which it takes away again.
import Docker from 'dockerode'

/** Removes the base image of the rehearsal `id`, what its registries at that port named, and what was built of `commits`. */
export async function removeImages(id: string, commits: readonly string[]): Promise<void> {
  const docker = new Docker()
  await removeBuiltOn(docker, `slipway-rehearsal-${id}/base:latest`)
  const ours = new RegExp(`^(127\\.\\d+\\.\\d+\\.\\d+:${id}|slipway-rehearsal-${id})/`)
  const images = await docker.listImages()
  for (const { Id, RepoTags, RepoDigests, Labels } of images) {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => ours.test(name))
    // By name, so that an image that somebody else named too keeps that name; by id only where it has none left.
    const built = commits.includes(Labels?.['org.opencontainers.image.revision'] ?? '')
    for (const name of names.length === 0 && built ? [Id] : names) {
      await docker.getImage(name).remove({ force: true }).catch(ignoreMissing)
    }
  }
}

/** The engine keeps each step of a build as an image without a name, also after the image that came of it is gone. */
async function removeBuiltOn(docker: Docker, base: string): Promise<void> {
  const images = await docker.listImages({ all: true })
  const remove = async (parent: string): Promise<void> => {
    for (const { Id } of images.filter(({ ParentId }) => ParentId === parent)) {
      await remove(Id)
      await docker.getImage(Id).remove({ force: true }).catch(ignoreMissing)
    }
  }
  const { Id } = images.find(({ RepoTags }) => RepoTags?.includes(base)) ?? {}
  if (Id !== undefined) await remove(Id)
}

function ignoreMissing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error
}
