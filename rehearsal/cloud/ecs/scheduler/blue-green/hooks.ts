import type { Ecs } from '../../context.ts'
import { recordHook } from '../../journal.ts'
import type { HookRun } from '../../lifecycle.ts'
import type { ServiceDeployment } from '../../model.ts'

/** Hooks that nobody has answered in time. */
export function expireHooks(ecs: Ecs, record: ServiceDeployment): void {
  for (const hook of awaiting(record)) {
    if (hook.expiresAt <= ecs.clock.now()) settle(ecs, record, hook, 'TIMED_OUT')
  }
}

/** The deployment is over: there is nothing left to go on with. */
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
