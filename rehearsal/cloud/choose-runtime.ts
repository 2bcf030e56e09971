import { randomUUID } from 'node:crypto'
import type { Registry } from './ecr/index.ts'
import type { Scope } from './kernel/call.ts'
import type { Clock } from './kernel/clock.ts'
import type { Random } from './kernel/random.ts'
import { containerLogs } from './moto/container-logs.ts'
import { containerSecrets } from './moto/container-secrets.ts'
import type { Moto } from './moto/moto.ts'
import { createDockerRuntime } from './runtimes/docker/index.ts'
import { noRuntime } from './runtimes/none.ts'
import type { Runtime } from './runtimes/runtime.ts'
import { createSimulatedRuntime, type Scenario } from './runtimes/simulated/index.ts'

/** What runs ECS tasks: Docker containers, a scenario, a custom runtime, or nothing. */
export type RuntimeChoice = 'docker' | 'simulated' | Runtime | undefined

export interface RuntimeDeps {
  readonly clock: Clock
  readonly random: Random
  readonly speed: number
  readonly runId: string | undefined
  readonly allowHostAccess: boolean
  readonly scenario: Scenario | undefined
  readonly moto: Moto
  readonly registry: Registry
  setAlarm(scope: Scope, name: string, inAlarm: boolean): void
}

/** Throws for a scenario that the runtime does not support, before anything starts. */
export function refuseMismatch(choice: RuntimeChoice, scenario: Scenario | undefined): void {
  if (choice === 'simulated' || scenario === undefined) return
  const parts = (['tasks', 'alarms'] as const).filter((part) => scenario[part].length > 0)
  if (parts.length === 0) return
  throw new Error(
    `The scenario has ${parts.join(' and ')}, which only the simulated runtime supports. ` +
      'Use --runtime simulated, or remove them. Throttling, faults and staleness work with every runtime.',
  )
}

export async function chooseRuntime(choice: RuntimeChoice, deps: RuntimeDeps): Promise<Runtime> {
  const { clock, random, scenario, setAlarm, registry, moto, speed, runId, allowHostAccess } = deps
  if (choice === 'simulated') {
    const { digestOf } = registry
    return createSimulatedRuntime({
      clock,
      random,
      setAlarm,
      digestOf,
      ...(scenario === undefined ? {} : { scenario }),
    })
  }
  if (choice !== 'docker') return choice ?? noRuntime
  // Docker tasks need the registry, so report a missing registry program now.
  await registry.start()
  return createDockerRuntime({
    runId: runId ?? randomUUID().slice(0, 8),
    pullAccess: registry.pullAccess,
    speed,
    allowHostAccess,
    logs: containerLogs(moto),
    secrets: containerSecrets(moto),
  })
}
