import type { TaskRequest } from '../runtime.ts'
import { labelsOf, nameOf, portsOf } from './container-options.ts'
import type { World } from './context.ts'
import { PAUSE_ENTRYPOINT } from './pause-container.ts'

/** The network of a task. */
export interface TaskNetwork {
  readonly privateIp: string
  /** Network options of its containers. */
  readonly mode: string
  /** Ports of an awsvpc task that are published, on machines that cannot reach a container's address. */
  readonly published: ReadonlyMap<number, number>
  remove(): Promise<void>
}

/** Creates the network of a task. With awsvpc a pause container holds its address, and all its containers join that. */
export async function networkOf(world: World, task: TaskRequest): Promise<TaskNetwork> {
  const { networkMode = 'bridge' } = task.definition
  const hostIp = task.instance?.privateIp ?? '127.0.0.1'
  const nothing = { privateIp: hostIp, published: new Map<number, number>(), remove: async () => undefined }
  if (networkMode === 'host' || networkMode === 'none') return { ...nothing, mode: networkMode }
  const network = await world.network()
  if (networkMode !== 'awsvpc') return { ...nothing, mode: network }

  const ports = world.publishes ? task.containers.flatMap(portsOf) : []
  const pause = await world.engine.createContainer({
    name: nameOf(task, {}),
    Image: await world.pauseImage(),
    Entrypoint: [...PAUSE_ENTRYPOINT],
    Labels: labelsOf(task, world.runId),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(ports.map(({ key }) => [key, [{ HostIp: '127.0.0.1', HostPort: '' }]])),
    },
  })
  await pause.start()
  const { NetworkSettings } = await pause.inspect()
  return {
    privateIp: NetworkSettings.Networks[network]?.IPAddress ?? hostIp,
    mode: `container:${pause.id}`,
    published: new Map(
      ports.map(({ key, containerPort }) => [containerPort, Number(NetworkSettings.Ports[key]?.[0]?.HostPort)]),
    ),
    remove: async () => {
      await pause.remove({ force: true, v: true }).catch(() => undefined)
    },
  }
}
