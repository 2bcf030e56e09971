// The images that a rehearsal built, which it takes away again.
import Docker from 'dockerode'

/** Removes the base image, and every image of the registries at `port` of this machine; tells how many there were. */
export async function removeImages(port: string): Promise<number> {
  const docker = new Docker()
  const ours = new RegExp(`^(127\\.\\d+\\.\\d+\\.\\d+:${port}|slipway-rehearsal-${port})/`)
  const images = await docker.listImages()
  const names = images.flatMap(({ RepoTags, RepoDigests }) =>
    [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => ours.test(name)),
  )
  // By name, not by id: an image that somebody else named too keeps that name.
  for (const name of names) await docker.getImage(name).remove({ force: true }).catch(ignoreMissing)
  return names.length
}

function ignoreMissing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error
}
