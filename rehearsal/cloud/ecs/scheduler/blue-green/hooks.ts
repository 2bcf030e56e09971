import type { Ecs } from '../../context.ts'
import { recordHook } from '../../journal.ts'
import type { HookRun } from '../../lifecycle.ts'
import type { ServiceDeployment } from '../../model.ts'

/** Marks hooks that timed out. */
export function expireHooks(ecs: Ecs, record: ServiceDeployment): void {
  for (const hook of awaiting(record)) {
    if (hook.expiresAt <= ecs.clock.now()) settle(ecs, record, hook, 'TIMED_OUT')
  }
}

/** Fails waiting hooks of a deployment that ended. */
export function closeHooks(ecs: Ecs, record: ServiceDeployment): void {
  for (const hook of awaiting(record)) settle(ecs, record, hook, 'FAILED')
}

export function settle(ecs: Ecs, record: ServiceDeployment, hook: HookRun, status: HookRun['status']): void {
  hook.status = status
  recordHook(ecs, record, hook)
}

/** Hooks that wait for ContinueServiceDeployment. */
export const awaiting = ({ lifecycle }: ServiceDeployment): readonly HookRun[] =>
  lifecycle?.hooks.filter(({ status }) => status === 'AWAITING_ACTION') ?? []
