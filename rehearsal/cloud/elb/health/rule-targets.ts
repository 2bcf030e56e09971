import type { Room } from '../context.ts'
import type { Action, Rule } from '../model.ts'
import { forwardsTo } from '../request/actions.ts'

/** Lets a new rule take effect: the target groups it forwards to are in use from now on. */
export function engage(room: Pick<Room, 'health'>, rule: Rule): void {
  for (const group of forwardsTo(rule.action)) {
    const first = group.usedBy.size === 0
    group.usedBy.add(rule)
    if (first) room.health.attach(group)
  }
}

/** Takes a rule out of effect. Targets that no other rule forwards to are unused from now on. */
export function disengage(room: Pick<Room, 'health'>, rule: Rule): void {
  for (const group of forwardsTo(rule.action)) release(room, rule, group)
}

/** Gives a rule another action; target groups that both actions forward to notice nothing. */
export function redirectRule(room: Pick<Room, 'health'>, rule: Rule, action: Action): void {
  const before = forwardsTo(rule.action)
  rule.action = action
  engage(room, rule)
  const after = new Set(forwardsTo(action))
  for (const group of before) if (!after.has(group)) release(room, rule, group)
}

function release(room: Pick<Room, 'health'>, rule: Rule, group: ReturnType<typeof forwardsTo>[number]): void {
  if (group.usedBy.delete(rule) && group.usedBy.size === 0) room.health.detach(group)
}
