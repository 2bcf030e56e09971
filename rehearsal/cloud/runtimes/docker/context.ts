import type Docker from 'dockerode'
import type { TaskRequest } from '../runtime.ts'
import type { EngineEvents } from './engine-events.ts'
import type { Images } from './images.ts'
import { runLabels } from './labels.ts'
import type { LogSink, SecretSource } from './logs-and-secrets.ts'
import { makePauseImage } from './pause-container.ts'

const DEATH_NOTICE_MS = 2_000

export interface WorldFacts {
  readonly engine: Docker
  readonly runId: string
  readonly speed: number
  readonly images: Images
  readonly events: EngineEvents
  readonly secrets: SecretSource
  readonly logs: LogSink | undefined
  /** Whether ports of awsvpc tasks must be published, because containers cannot be reached by their addresses. */
  readonly publishes: boolean
}

/** Objects on the engine that all tasks of a cloud share: created when first needed, removed by their label at the end. */
export class World {
  readonly engine: Docker
  readonly runId: string
  readonly speed: number
  readonly images: Images
  readonly events: EngineEvents
  readonly secrets: SecretSource
  readonly logs: LogSink | undefined
  readonly publishes: boolean
  #network: Promise<string> | undefined
  #pauseImage: Promise<string> | undefined
  #opened: Promise<void> | undefined

  constructor(facts: WorldFacts) {
    this.engine = facts.engine
    this.runId = facts.runId
    this.speed = facts.speed
    this.images = facts.images
    this.events = facts.events
    this.secrets = facts.secrets
    this.logs = facts.logs
    this.publishes = facts.publishes
  }

  /** Reads the engine's events. Called before the first container is created. */
  open(): Promise<void> {
    this.#opened ??= this.events.open(this.engine, this.runId)
    return this.#opened
  }

  /** The name of the Docker network that takes the place of the VPC. */
  network(): Promise<string> {
    this.#network ??= this.#makeNetwork()
    return this.#network
  }

  pauseImage(): Promise<string> {
    this.#pauseImage ??= makePauseImage(this.engine, this.runId)
    return this.#pauseImage
  }

  /** The Docker volumes of a task's volumes; a host path is used as it is. */
  async volumesOf(task: TaskRequest): Promise<Record<string, string>> {
    const volumes: Record<string, string> = {}
    for (const { name = '', host } of task.definition.volumes ?? []) {
      volumes[name] = host?.sourcePath || volumeName(task, name)
      if (!host?.sourcePath) {
        await this.engine.createVolume({ Name: volumeName(task, name), Labels: runLabels(this.runId) })
      }
    }
    return volumes
  }

  async removeVolumes(engine: Docker, task: TaskRequest): Promise<void> {
    for (const { name = '', host } of task.definition.volumes ?? []) {
      if (host?.sourcePath) continue
      await engine
        .getVolume(volumeName(task, name))
        .remove()
        .catch(() => undefined)
    }
  }

  /** Waits for the engine's event that a container ended, for a limited time: the engine may send none. */
  async diedOf(container: Docker.Container, isDead: () => boolean): Promise<void> {
    const state = await container.inspect().catch(() => undefined)
    if (state === undefined || state.State.Status === 'created') return
    const deadline = Date.now() + DEATH_NOTICE_MS
    while (!isDead() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  async #makeNetwork(): Promise<string> {
    const name = `slipway-${this.runId}`
    await this.engine.createNetwork({ Name: name, Driver: 'bridge', Labels: runLabels(this.runId) })
    return name
  }
}

const volumeName = (task: TaskRequest, name: string) => `ecs-${task.family}-${task.revision}-${name}-${task.taskId}`
