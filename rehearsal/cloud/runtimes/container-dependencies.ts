import type { ContainerDefinition } from '@aws-sdk/client-ecs'

/** Progress of a container. */
export interface Progress {
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED'
  readonly health: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY'
  readonly exitCode?: number | undefined
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting' }
  /** A dependency can no longer be met; why, with the ECS agent's text. */
  | { readonly kind: 'unreachable'; readonly reason: string }

/** Whether a container may start, by the progress of the containers in its dependsOn. */
export function readinessOf(
  container: ContainerDefinition,
  progressOf: (name: string) => Progress | undefined,
): Readiness {
  let waits = false
  for (const { containerName = '', condition = 'START' } of container.dependsOn ?? []) {
    const progress = progressOf(containerName)
    if (progress === undefined) continue
    const state = conditionState(condition, progress)
    if (state === 'impossible') {
      const exit = progress.exitCode === undefined ? '' : ` exited with [${progress.exitCode}]`
      return {
        kind: 'unreachable',
        reason: `DependencyError: container ${containerName}${exit}, condition ${condition} was not met`,
      }
    }
    if (state === 'unmet') waits = true
  }
  return waits ? { kind: 'waiting' } : { kind: 'ready' }
}

function conditionState(condition: string, { status, health, exitCode }: Progress): 'met' | 'unmet' | 'impossible' {
  const isOver = status === 'STOPPED'
  switch (condition) {
    case 'HEALTHY':
      if (health === 'HEALTHY') return 'met'
      return health === 'UNHEALTHY' || isOver ? 'impossible' : 'unmet'
    case 'COMPLETE':
      return isOver ? 'met' : 'unmet'
    case 'SUCCESS':
      if (!isOver) return 'unmet'
      return exitCode === 0 ? 'met' : 'impossible'
    default:
      return status === 'PENDING' ? 'unmet' : 'met'
  }
}
