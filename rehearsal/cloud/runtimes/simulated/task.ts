import type { ContainerDefinition, NetworkBinding } from '@aws-sdk/client-ecs'
import type { ProbeResult } from '../../interfaces.ts'
import type { Clock, Timer } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import { type Progress, readinessOf } from '../container-dependencies.ts'
import type { TaskEvents, TaskHandle, TaskRequest } from '../runtime.ts'
import { type Duration, draw } from './duration.ts'
import type { TaskRule } from './scenario.ts'

/** Default durations. */
const USUAL = {
  provisioning: { from: 2_000, to: 2_000 },
  pull: { from: 2_000, to: 2_000 },
  start: { from: 1_000, to: 1_000 },
  stop: { from: 1_000, to: 1_000 },
} as const satisfies Record<string, Duration>
const CHORE_MS = 1_000

export interface SimulatedTaskFacts {
  readonly clock: Clock
  readonly random: Random
  readonly rule: TaskRule
  readonly privateIp: string
  /** The digest of a container's image. */
  digestOf(image: string): string
  /** Finds a port of the instance for a container's port. */
  hostPort(): number
}

interface Running {
  readonly definition: ContainerDefinition
  status: Progress['status']
  health: Progress['health']
  exitCode?: number
  bindings: readonly NetworkBinding[]
  starting: boolean
}

/** One simulated task. All its events are timers of the cloud's clock. */
export class SimulatedTask implements TaskHandle {
  readonly #facts: SimulatedTaskFacts
  readonly #task: TaskRequest
  readonly #events: TaskEvents
  readonly #containers: readonly Running[]
  readonly #timers = new Set<Timer>()
  #stopping = false
  #sick = false

  constructor(facts: SimulatedTaskFacts, task: TaskRequest, events: TaskEvents) {
    this.#facts = facts
    this.#task = task
    this.#events = events
    this.#containers = task.containers.map((definition) => ({
      definition,
      status: 'PENDING',
      health: 'UNKNOWN',
      bindings: [],
      starting: false,
    }))
    this.#after(facts.rule.provisioning ?? USUAL.provisioning, () => this.#attached())
  }

  get bindings(): readonly NetworkBinding[] {
    return this.#containers.flatMap(({ bindings }) => bindings)
  }

  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    for (const timer of this.#timers) timer.cancel()
    const { takes = USUAL.stop, code = 0 } = this.#facts.rule.stop ?? {}
    const runs = this.#containers.some(({ status }) => status === 'RUNNING')
    this.#facts.clock.after(runs ? draw(takes, this.#facts.random) : 0, () => {
      for (const container of this.#containers) if (container.status === 'RUNNING') this.#exit(container, code)
      this.#events.ended()
    })
  }

  reach(): undefined {
    return undefined
  }

  /** Result of a load balancer's health check. */
  probe(): ProbeResult {
    const { answers = 200 } = this.#facts.rule
    if (this.#containers.every(({ status }) => status !== 'RUNNING')) return { outcome: 'refused' }
    const now = this.#sick ? 503 : answers
    return typeof now === 'number' ? { outcome: 'answered', status: now } : { outcome: now }
  }

  #attached(): void {
    const { rule, privateIp } = this.#facts
    this.#events.attached({ privateIp })
    this.#events.pullStarted()
    this.#after(rule.pull?.takes ?? USUAL.pull, () => {
      if (rule.pull?.fails !== undefined) {
        this.#events.failed(rule.pull.fails, this.#principal()?.definition.name)
        return
      }
      this.#events.pullStopped()
      this.#startReady()
    })
  }

  #startReady(): void {
    const progressOf = (name: string) => this.#containers.find(({ definition }) => definition.name === name)
    for (const container of this.#containers) {
      if (this.#stopping || container.starting) continue
      const readiness = readinessOf(container.definition, progressOf)
      if (readiness.kind === 'unreachable') {
        this.#events.failed('Task failed to start', container.definition.name, readiness.reason)
        return
      }
      if (readiness.kind === 'waiting') continue
      container.starting = true
      this.#after(this.#facts.rule.start?.takes ?? USUAL.start, () => this.#started(container))
    }
  }

  #started(container: Running): void {
    const { rule } = this.#facts
    const { definition } = container
    const name = definition.name ?? ''
    const isPrincipal = container === this.#principal()
    if (rule.start?.fails !== undefined && isPrincipal) {
      this.#events.failed('Task failed to start', name, rule.start.fails)
      return
    }
    // A container that ends at its start never reaches RUNNING.
    if (rule.exit !== undefined && this.#exits(container) && rule.exit.after.to === 0) {
      this.#exit(container, rule.exit.code, rule.exit.reason)
      return
    }
    container.status = 'RUNNING'
    container.bindings = this.#bind(definition)
    const imageDigest = this.#facts.digestOf(definition.image ?? '')
    this.#events.started(name, { imageDigest, networkBindings: container.bindings })
    if (this.#stopping) return
    this.#planHealth(container)
    this.#planExit(container)
    if (isPrincipal && rule.sickAfter !== undefined) this.#after(rule.sickAfter, () => this.#sicken())
    this.#startReady()
  }

  #planHealth(container: Running): void {
    const { healthCheck, name = '' } = container.definition
    const { health = 'healthy' } = this.#facts.rule
    if (healthCheck === undefined || health === 'silent') return
    const { interval = 30, retries = 3, startPeriod = 0 } = healthCheck
    const seconds = health === 'healthy' ? interval : startPeriod + interval * retries
    this.#after({ from: seconds * 1000, to: seconds * 1000 }, () => this.#report(container, name, health))
  }

  #report(container: Running, name: string, health: 'healthy' | 'unhealthy'): void {
    const status = health === 'healthy' ? 'HEALTHY' : 'UNHEALTHY'
    container.health = status
    this.#events.health(name, status)
    if (!this.#stopping) this.#startReady()
  }

  #planExit(container: Running): void {
    const { exit } = this.#facts.rule
    if (exit !== undefined && this.#exits(container)) {
      this.#after(exit.after, () => this.#exit(container, exit.code, exit.reason))
    } else if (this.#isChore(container)) {
      this.#after({ from: CHORE_MS, to: CHORE_MS }, () => this.#exit(container, 0))
    }
  }

  #sicken(): void {
    this.#sick = true
    const container = this.#principal()
    if (container?.definition.healthCheck === undefined) return
    const { interval = 30, retries = 3 } = container.definition.healthCheck
    const ms = interval * retries * 1000
    this.#after({ from: ms, to: ms }, () => this.#report(container, container.definition.name ?? '', 'unhealthy'))
  }

  #exit(container: Running, exitCode: number, reason?: string): void {
    if (container.status === 'STOPPED') return
    container.status = 'STOPPED'
    container.exitCode = exitCode
    this.#events.exited(container.definition.name ?? '', { exitCode, ...(reason === undefined ? {} : { reason }) })
    if (!this.#stopping) this.#startReady()
  }

  #exits({ definition }: Running): boolean {
    const { exit } = this.#facts.rule
    return exit?.container === undefined
      ? definition === this.#principal()?.definition
      : exit.container === definition.name
  }

  /** The container of a rule that names none. */
  #principal(): Running | undefined {
    return this.#containers.find(({ definition }) => definition.essential !== false)
  }

  /** Whether other containers wait for the end of this one, such as a migration. */
  #isChore({ definition: { name } }: Running): boolean {
    return this.#containers.some(({ definition: { dependsOn = [] } }) =>
      dependsOn.some(
        ({ containerName, condition = '' }) => containerName === name && /COMPLETE|SUCCESS/.test(condition),
      ),
    )
  }

  #bind({ portMappings = [] }: ContainerDefinition): NetworkBinding[] {
    // The ECS agent reports no bindings for a shared network.
    const { networkMode = 'bridge' } = this.#task.definition
    if (networkMode !== 'bridge') return []
    return portMappings.map(({ containerPort = 0, hostPort, protocol = 'tcp' }) => ({
      bindIP: '0.0.0.0',
      containerPort,
      hostPort: hostPort || this.#facts.hostPort(),
      protocol,
    }))
  }

  #after(duration: Duration, task: () => void): void {
    const timer = this.#facts.clock.after(draw(duration, this.#facts.random), () => {
      this.#timers.delete(timer)
      task()
    })
    this.#timers.add(timer)
  }
}
