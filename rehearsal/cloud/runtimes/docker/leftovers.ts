import type Docker from 'dockerode'
import { RUN_LABEL } from './labels.ts'

/** Removes all that carries this cloud's label, and nothing else. */
export async function removeLeftovers(engine: Docker, runId: string): Promise<void> {
  const filters = { label: [`${RUN_LABEL}=${runId}`] }
  const containers = await engine.listContainers({ all: true, filters })
  await Promise.all(containers.map(({ Id }) => quietly(engine.getContainer(Id).remove({ force: true, v: true }))))
  const networks = await engine.listNetworks({ filters })
  await Promise.all(networks.map(({ Id }) => quietly(engine.getNetwork(Id).remove())))
  const { Volumes: volumes } = await engine.listVolumes({ filters })
  await Promise.all((volumes ?? []).map(({ Name }) => quietly(engine.getVolume(Name).remove())))
  const images = await engine.listImages({ filters })
  await Promise.all(images.map(({ Id }) => quietly(engine.getImage(Id).remove({ force: true }))))
}

/** What is gone already, or in someone else's use, is left. */
const quietly = (removal: Promise<unknown>) => removal.catch(() => undefined)
