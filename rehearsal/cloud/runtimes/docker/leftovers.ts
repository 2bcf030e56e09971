import type Docker from 'dockerode'
import { hasEnded, PROCESS_LABEL, RUN_LABEL } from './labels.ts'
import { pauseImageOf } from './pause-container.ts'

const PASSES = 40
/** For what a killed cloud left: another cloud may be removing it, too. */
const FEW_PASSES = 8
const PAUSE_MS = 250

/** One thing on the engine. `name` is its kind and its name, such as `container ecs-web-1-web-…`. */
interface Leftover {
  readonly name: string
  remove(): Promise<unknown>
}

/**
 * Removes everything with this cloud's label, and nothing else. The engine removes in the background, and a network only
 * after its last container, so this looks again until nothing is left, or until `hurry` is aborted. Returns the names of what
 * could not be removed.
 */
export async function removeLeftovers(
  engine: Docker,
  runId: string,
  hurry?: AbortSignal,
  passes = PASSES,
): Promise<readonly string[]> {
  for (let pass = 1; ; pass++) {
    const left = await removeOnce(engine, runId)
    if (left.length === 0 || pass >= passes || hurry?.aborted) return left
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

/** Names of everything with this cloud's label. */
export const namesOfLeftovers = async (engine: Docker, runId: string): Promise<readonly string[]> =>
  (await leftovers(engine, runId)).map(({ name }) => name)

/** Removes what killed clouds of this machine left on the engine. Returns the names. */
export async function removeLeftoversOfKilledClouds(engine: Docker): Promise<readonly string[]> {
  const filters = { label: [PROCESS_LABEL] }
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ])
  const labels = [...containers, ...networks, ...(volumes ?? [])].map((one) => one.Labels ?? {})
  const ended = labels.filter((label) => hasEnded(label[PROCESS_LABEL] ?? ''))
  const removed: string[] = []
  for (const runId of new Set(ended.map((label) => label[RUN_LABEL] ?? ''))) {
    if (runId === '') continue
    removed.push(...(await namesOfLeftovers(engine, runId)))
    await removeLeftovers(engine, runId, undefined, FEW_PASSES)
  }
  return removed
}

/** One pass. Returns what could not be removed yet. */
async function removeOnce(engine: Docker, runId: string): Promise<readonly string[]> {
  const left: string[] = []
  for (const kind of KINDS) {
    const found = await kind(engine, runId)
    await Promise.all(
      found.map(({ name, remove }) =>
        remove().catch((error: { statusCode?: number }) => {
          if (error.statusCode !== 404) left.push(name)
        }),
      ),
    )
  }
  return left
}

async function leftovers(engine: Docker, runId: string): Promise<readonly Leftover[]> {
  return (await Promise.all(KINDS.map((kind) => kind(engine, runId)))).flat()
}

type Kind = (engine: Docker, runId: string) => Promise<readonly Leftover[]>

const labelled = (runId: string) => ({ label: [`${RUN_LABEL}=${runId}`] })

/** In the order of removal: networks and volumes are in use until their containers are removed. */
const KINDS: readonly Kind[] = [
  async (engine, runId) =>
    (await engine.listContainers({ all: true, filters: labelled(runId) })).map(({ Id, Names }) => ({
      name: `container ${Names[0]?.slice(1) ?? Id}`,
      remove: () => engine.getContainer(Id).remove({ force: true, v: true }),
    })),
  async (engine, runId) =>
    (await engine.listNetworks({ filters: labelled(runId) })).map(({ Id, Name }) => ({
      name: `network ${Name}`,
      remove: () => engine.getNetwork(Id).remove(),
    })),
  async (engine, runId) =>
    ((await engine.listVolumes({ filters: labelled(runId) })).Volumes ?? []).map(({ Name }) => ({
      name: `volume ${Name}`,
      remove: () => engine.getVolume(Name).remove(),
    })),
  async (engine, runId) =>
    (await engine.listImages({ filters: { reference: [pauseImageOf(runId)] } })).map(() => ({
      name: `image ${pauseImageOf(runId)}`,
      remove: () => engine.getImage(pauseImageOf(runId)).remove(),
    })),
]
