import Docker from 'dockerode'

/**
 * Removes the images of the rehearsal `id` from the Docker engine: its base image, the images of its registries at that
 * port, and the images built from `commits`.
 */
export async function removeImages(id: string, commits: readonly string[]): Promise<void> {
  const docker = new Docker()
  await removeBuiltOn(docker, `slipway-rehearsal-${id}/base:latest`)
  const ours = new RegExp(`^(127\\.\\d+\\.\\d+\\.\\d+:${id}|slipway-rehearsal-${id})/`)
  const images = await docker.listImages()
  for (const { Id, RepoTags, RepoDigests, Labels } of images) {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => ours.test(name))
    // By name, so that the image keeps names that others gave it. By id only when it has no name left.
    const built = commits.includes(Labels?.['org.opencontainers.image.revision'] ?? '')
    for (const name of names.length === 0 && built ? [Id] : names) {
      await docker.getImage(name).remove({ force: true }).catch(ignoreMissing)
    }
  }
}

/** Removes the unnamed images of build steps. The engine keeps them after the built image is removed. */
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
