// Starts and stops the health checks of target groups as listener rules begin and cease to forward to them.
import { type Action, forwardsTo, type Rule, type TargetGroup } from '../model.ts'
import type { HealthMonitor } from './monitor.ts'

/** Activates a new rule: its target groups are in use, and their targets are checked. */
export function startForwarding(health: HealthMonitor, rule: Rule): void {
  for (const group of forwardsTo(rule.action)) {
    const first = group.usedBy.size === 0
    group.usedBy.add(rule)
    if (first) health.attach(group)
  }
}

/** Deactivates a rule. Targets of groups that no other rule forwards to become `unused`. */
export function stopForwarding(health: HealthMonitor, rule: Rule): void {
  for (const group of forwardsTo(rule.action)) release(health, rule, group)
}

/** Changes the action of a rule. Target groups of both actions stay in use throughout. */
export function changeAction(health: HealthMonitor, rule: Rule, action: Action): void {
  const before = forwardsTo(rule.action)
  rule.action = action
  startForwarding(health, rule)
  const after = new Set(forwardsTo(action))
  for (const group of before) if (!after.has(group)) release(health, rule, group)
}

function release(health: HealthMonitor, rule: Rule, group: TargetGroup): void {
  if (group.usedBy.delete(rule) && group.usedBy.size === 0) health.detach(group)
}
