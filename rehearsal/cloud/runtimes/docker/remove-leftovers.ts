import type Docker from 'dockerode'
import { RUN_LABEL } from './labels.ts'
import { pauseImageOf } from './pause-container.ts'

const PASSES = 40
const PAUSE_MS = 250

/**
 * Removes everything with this cloud's label, and nothing else. The engine removes in the background, and a network only
 * after its last container, so this looks again until nothing is left. Returns the names of what could not be removed.
 */
export async function removeLeftovers(engine: Docker, runId: string): Promise<readonly string[]> {
  let left = await removeOnce(engine, runId)
  for (let pass = 1; left.length > 0 && pass < PASSES; pass++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    left = await removeOnce(engine, runId)
  }
  return left
}

/** One pass. Returns what could not be removed yet. */
async function removeOnce(engine: Docker, runId: string): Promise<readonly string[]> {
  const filters = { label: [`${RUN_LABEL}=${runId}`] }
  const containers = await engine.listContainers({ all: true, filters })
  const ofContainers = await each(
    containers,
    ({ Id }) => Id,
    (id) => engine.getContainer(id).remove({ force: true, v: true }),
  )
  const networks = await engine.listNetworks({ filters })
  const ofNetworks = await each(
    networks,
    ({ Id }) => Id,
    (id) => engine.getNetwork(id).remove(),
  )
  const { Volumes: volumes } = await engine.listVolumes({ filters })
  const ofVolumes = await each(
    volumes ?? [],
    ({ Name }) => Name,
    (name) => engine.getVolume(name).remove(),
  )
  const pauses = await engine.listImages({ filters: { reference: [pauseImageOf(runId)] } })
  const ofImages = await each(
    pauses,
    ({ Id }) => Id,
    () => engine.getImage(pauseImageOf(runId)).remove(),
  )
  return [...ofContainers, ...ofNetworks, ...ofVolumes, ...ofImages]
}

async function each<T>(
  found: readonly T[],
  nameOf: (one: T) => string,
  remove: (name: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const removed = await Promise.all(
    found.map((one) =>
      remove(nameOf(one)).then(
        () => true,
        (error: { statusCode?: number }) => error.statusCode === 404,
      ),
    ),
  )
  return found.filter((_, i) => !removed[i]).map(nameOf)
}
