import type { Cluster, ContainerInstance, Task, TaskDefinition } from '../model.ts'

/** The resources of a container instance that a task uses. */
export interface Needs {
  readonly cpu: number
  readonly memory: number
  /** Host ports that its definition names. */
  readonly ports: readonly number[]
}

export type Placement =
  | { readonly instance: ContainerInstance }
  | {
      /** For the message of a service event. */
      readonly reason: string
      /** For RunTask's `failures`. */
      readonly code: string
      readonly arn?: string
    }

export function needsOf({ body, containers }: TaskDefinition): Needs {
  const sum = (of: (container: (typeof containers)[number]) => number) => containers.reduce((n, c) => n + of(c), 0)
  const mapsToHost = body.networkMode !== 'awsvpc' && body.networkMode !== 'none'
  return {
    cpu: body.cpu === undefined ? sum(({ cpu }) => cpu ?? 0) : Number(body.cpu),
    memory:
      body.memory === undefined
        ? sum(({ memory, memoryReservation }) => memoryReservation ?? memory ?? 0)
        : Number(body.memory),
    ports: mapsToHost
      ? containers
          .flatMap(({ portMappings = [] }) =>
            portMappings.map(
              ({ hostPort, containerPort }) => (body.networkMode === 'host' ? containerPort : hostPort) ?? 0,
            ),
          )
          .filter((port) => port > 0)
      : [],
  }
}

/** Picks a container instance: the one with the fewest tasks of the same group, then with the most memory left. */
export function place(cluster: Cluster, needs: Needs, group: string, onePerInstance = false): Placement {
  if (cluster.instances.size === 0) {
    return { reason: 'No Container Instances were found in your cluster.', code: 'EMPTY CLUSTER' }
  }
  let best: ContainerInstance | undefined
  let fewest = Number.POSITIVE_INFINITY
  let closest: { instance: ContainerInstance; lack: Lack } | undefined
  for (const instance of cluster.instances.values()) {
    const ofGroup = countOf(instance, group)
    if (onePerInstance && ofGroup > 0) continue
    const lack = lackOf(instance, needs)
    if (lack !== undefined) {
      closest ??= { instance, lack }
    } else if (ofGroup < fewest || (ofGroup === fewest && best !== undefined && instance.memory > best.memory)) {
      best = instance
      fewest = ofGroup
    }
  }
  if (best !== undefined) return { instance: best }
  if (closest === undefined) return { reason: 'All container instances already run the task.', code: 'ALREADY PLACED' }
  const { instance, lack } = closest
  return {
    reason: `The closest matching (container-instance ${instance.id}) ${lack.reason}.`,
    code: lack.code,
    arn: instance.arn,
  }
}

interface Lack {
  readonly reason: string
  readonly code: string
}

function lackOf(instance: ContainerInstance, { cpu, memory, ports }: Needs): Lack | undefined {
  if (memory > instance.memory) return { reason: 'has insufficient memory available', code: 'RESOURCE:MEMORY' }
  if (cpu > instance.cpu) return { reason: 'has insufficient CPU units available', code: 'RESOURCE:CPU' }
  if (ports.some((port) => instance.ports.has(port))) {
    return { reason: 'is already using a port required by your task', code: 'RESOURCE:PORTS' }
  }
  return undefined
}

function countOf({ tasks }: ContainerInstance, group: string): number {
  let count = 0
  for (const task of tasks) if (task.group === group) count += 1
  return count
}

export function reserve(task: Task): void {
  const { instance } = task
  if (instance === undefined) return
  const { cpu, memory, ports } = needsOf(task.definition)
  instance.tasks.add(task)
  instance.cpu -= cpu
  instance.memory -= memory
  for (const port of ports) instance.ports.add(port)
}

export function release(task: Task): void {
  const { instance } = task
  if (!instance?.tasks.delete(task)) return
  const { cpu, memory, ports } = needsOf(task.definition)
  instance.cpu += cpu
  instance.memory += memory
  for (const port of ports) instance.ports.delete(port)
}
