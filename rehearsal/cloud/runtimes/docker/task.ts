import type { ContainerDefinition, NetworkBinding } from '@aws-sdk/client-ecs'
import type Docker from 'dockerode'
import { type Progress, readinessOf } from '../container-dependencies.ts'
import type { TaskEvents, TaskHandle, TaskRequest } from '../runtime.ts'
import { containerOptions, portsOf, stopSeconds } from './container-options.ts'
import type { World } from './context.ts'
import type { EngineEvent } from './engine-events.ts'
import { createsGroup, shipLogs, streamOf } from './logs.ts'
import {
  createReason,
  logReason,
  networkReason,
  OUT_OF_MEMORY,
  pullReason,
  secretReason,
  startReason,
} from './stopped-reasons.ts'
import { networkOf, type TaskNetwork } from './task-network.ts'

/** The ECS agent reports a container as started only when it does not exit at once. */
const SETTLE_MS = 250
/** Exit code after SIGKILL, for example when out of memory. */
const KILLED = 137
const OOM_NOTICE_MS = 1_000
const OOM_LOOK_MS = 100

interface Running {
  readonly definition: ContainerDefinition
  status: Progress['status']
  health: Progress['health']
  exitCode?: number
  container?: Docker.Container
  digest?: string | undefined
  bindings: readonly NetworkBinding[]
  logs?: Promise<void>
  death?: Promise<void>
  starting: boolean
  outOfMemory: boolean
}

/** Runs one task on a Docker engine, from its network to the removal of its last container. */
export class DockerTask implements TaskHandle {
  readonly #world: World
  readonly #task: TaskRequest
  readonly #events: TaskEvents
  readonly #containers: readonly Running[]
  #network: TaskNetwork | undefined
  #stopping = false
  /** Pending work, in sequence. */
  #work: Promise<void>

  constructor(world: World, task: TaskRequest, events: TaskEvents) {
    this.#world = world
    this.#task = task
    this.#events = events
    this.#containers = task.containers.map((definition) => ({
      definition,
      status: 'PENDING',
      health: 'UNKNOWN',
      bindings: [],
      starting: false,
      outOfMemory: false,
    }))
    this.#work = Promise.resolve().then(() => this.#begin())
  }

  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    this.#work = this.#work.catch(() => undefined).then(() => this.#end())
  }

  /** Starts nothing more. The caller removes the containers. */
  async abandon(): Promise<void> {
    this.#stopping = true
    await this.#work.catch(() => undefined)
  }

  reach(containerPort: number): { readonly host: string; readonly port: number } | undefined {
    const published = this.#network?.published.get(containerPort)
    if (published !== undefined) return { host: '127.0.0.1', port: published }
    if (this.#task.definition.networkMode === 'host') return { host: '127.0.0.1', port: containerPort }
    const binding = this.#containers
      .flatMap(({ bindings }) => bindings)
      .find((candidate) => candidate.containerPort === containerPort)
    return binding?.hostPort === undefined ? undefined : { host: '127.0.0.1', port: binding.hostPort }
  }

  async #begin(): Promise<void> {
    try {
      const network = await networkOf(this.#world, this.#task).catch((error) =>
        Promise.reject(new CannotStart(networkReason(error))),
      )
      this.#network = network
      if (this.#stopping) return
      this.#events.attached({ privateIp: network.privateIp })
      await this.#pullAll()
      await this.#startReady()
    } catch (error) {
      this.#fail(error)
    }
  }

  async #pullAll(): Promise<void> {
    const { launchType, scope } = this.#task
    this.#events.pullStarted()
    await Promise.all(
      this.#containers.map(async (running) => {
        const { image = '', name } = running.definition
        try {
          running.digest = (await this.#world.images.pull(scope, image, launchType !== 'FARGATE')).digest
        } catch (error) {
          throw new CannotStart(pullReason(image, error, launchType), name)
        }
      }),
    )
    if (!this.#stopping) this.#events.pullStopped()
  }

  /** Starts every container whose dependencies are met. Called again when one of them changes. */
  async #startReady(): Promise<void> {
    const progressOf = (name: string) => this.#containers.find(({ definition }) => definition.name === name)
    for (const running of this.#containers) {
      if (this.#stopping || running.status !== 'PENDING' || running.starting) continue
      const readiness = readinessOf(running.definition, progressOf)
      if (readiness.kind === 'unreachable')
        throw new CannotStart('Task failed to start', running.definition.name, readiness.reason)
      if (readiness.kind === 'waiting') continue
      running.starting = true
      await this.#start(running)
    }
  }

  async #start(running: Running): Promise<void> {
    const { definition } = running
    const { engine, runId, speed, events } = this.#world
    const secrets = await this.#secretsOf(definition)
    await this.#openLog(definition)
    const place = {
      runId,
      speed,
      secrets,
      image: definition.image ?? '',
      networkMode: this.#network?.mode ?? 'none',
      volumes: await this.#world.volumesOf(this.#task),
    }
    const container = await engine
      .createContainer(containerOptions(this.#task, definition, place))
      .catch((error) => Promise.reject(new CannotStart('Task failed to start', definition.name, createReason(error))))
    running.container = container
    events.on(container.id, (event) => this.#heard(running, event))
    await container
      .start()
      .catch((error) => Promise.reject(new CannotStart('Task failed to start', definition.name, startReason(error))))
    this.#followLog(running, container)
    running.bindings = await this.#bindingsOf(container, definition)
    setTimeout(() => this.#settled(running, container), SETTLE_MS)
  }

  #settled(running: Running, container: Docker.Container): void {
    if (running.status !== 'PENDING' || this.#stopping) return
    running.status = 'RUNNING'
    this.#events.started(running.definition.name ?? '', {
      runtimeId: container.id,
      networkBindings: running.bindings,
      ...(running.digest === undefined ? {} : { imageDigest: running.digest }),
    })
    this.#continue()
  }

  #heard(running: Running, event: EngineEvent): void {
    const name = running.definition.name ?? ''
    if (event.kind === 'health') {
      running.health = event.status
      this.#events.health(name, event.status)
      this.#continue()
    } else if (event.kind === 'out-of-memory') {
      running.outOfMemory = true
    } else {
      running.status = 'STOPPED'
      running.exitCode = event.exitCode
      running.death = this.#tellOfDeath(running, name, event.exitCode)
    }
  }

  async #tellOfDeath(running: Running, name: string, exitCode: number): Promise<void> {
    const outOfMemory = exitCode === KILLED && !this.#stopping && (await this.#ranOutOfMemory(running))
    this.#events.exited(name, { exitCode, ...(outOfMemory ? { reason: OUT_OF_MEMORY } : {}) })
    this.#continue()
  }

  /** Whether the container ran out of memory. The engine may report that after the container has ended. */
  async #ranOutOfMemory(running: Running): Promise<boolean> {
    for (let wait = 0; wait < OOM_NOTICE_MS && !running.outOfMemory; wait += OOM_LOOK_MS) {
      const state = await running.container?.inspect().catch(() => undefined)
      if (state?.State.OOMKilled) return true
      await new Promise((resolve) => setTimeout(resolve, OOM_LOOK_MS))
    }
    return running.outOfMemory
  }

  /** Called when a container changed that others may depend on. */
  #continue(): void {
    if (this.#stopping) return
    this.#work = this.#work.then(() => this.#startReady()).catch((error) => this.#fail(error))
  }

  #fail(error: unknown): void {
    if (this.#stopping) return
    const { reason, container, detail } = error instanceof CannotStart ? error : new CannotStart(String(error))
    this.#events.failed(reason, container, detail)
  }

  async #end(): Promise<void> {
    const { speed, events, engine } = this.#world
    // In reverse start order.
    for (const { container, status, definition } of this.#containers.toReversed()) {
      if (container === undefined || status === 'STOPPED') continue
      await container.stop({ t: stopSeconds(definition, speed) }).catch(() => undefined)
    }
    for (const running of this.#containers) {
      if (running.container === undefined) continue
      await this.#world.diedOf(running.container, () => running.status === 'STOPPED')
      await running.death
      await running.logs
      events.off(running.container.id)
      await running.container.remove({ force: true, v: true }).catch(() => undefined)
    }
    await this.#network?.remove()
    await this.#world.removeVolumes(engine, this.#task)
    this.#events.ended()
  }

  async #secretsOf({ name, secrets = [] }: ContainerDefinition): Promise<Record<string, string>> {
    const values: Record<string, string> = {}
    for (const { name: variable = '', valueFrom = '' } of secrets) {
      try {
        values[variable] = await this.#world.secrets.valueOf(this.#task.scope, valueFrom)
      } catch (error) {
        throw new CannotStart(secretReason(valueFrom, error), name)
      }
    }
    return values
  }

  async #openLog(definition: ContainerDefinition): Promise<void> {
    const stream = streamOf(this.#task, definition)
    if (stream === undefined || this.#world.logs === undefined) return
    try {
      await this.#world.logs.open(this.#task.scope, stream, createsGroup(definition))
    } catch (error) {
      throw new CannotStart(logReason(error), definition.name)
    }
  }

  #followLog(running: Running, container: Docker.Container): void {
    const stream = streamOf(this.#task, running.definition)
    const { logs } = this.#world
    if (stream === undefined || logs === undefined) return
    running.logs = shipLogs(container, this.#task, stream, logs).catch(() => undefined)
  }

  async #bindingsOf(container: Docker.Container, definition: ContainerDefinition): Promise<NetworkBinding[]> {
    const { networkMode } = this.#task.definition
    // Like the ECS agent, which reports no bindings for a shared network.
    if (networkMode === 'awsvpc' || networkMode === 'host' || networkMode === 'none') return []
    const { NetworkSettings } = await container.inspect()
    return portsOf(definition).map(({ key, containerPort, protocol }) => ({
      bindIP: '0.0.0.0',
      containerPort,
      hostPort: Number(NetworkSettings.Ports[key]?.[0]?.HostPort ?? 0),
      protocol: protocol as 'tcp',
    }))
  }
}

/** Why a task cannot start, with AWS's message. */
class CannotStart extends Error {
  readonly reason: string
  readonly container: string | undefined
  /** The container's reason, where it differs from the task's. */
  readonly detail: string | undefined

  constructor(reason: string, container?: string, detail?: string) {
    super(reason)
    this.reason = reason
    this.container = container
    this.detail = detail
  }
}
