import type { Service } from '@aws-sdk/client-ecs'
import type { ServiceChanges } from '../inputs/inputs.ts'

/** The changes for a service as it is: with `scale-in: false`, the tasks that autoscaling has added stay. */
export function changesFor({ desiredCount: now = 0 }: Service, changes: ServiceChanges): ServiceChanges {
  const { desiredCount, ...others } = changes
  return changes.scaleIn === false && desiredCount !== undefined && desiredCount < now ? others : changes
}

/** What `desired-count` means for a service that runs more tasks; `undefined` where there is nothing to say. */
export function scaleInNote(
  service: string,
  { desiredCount: now = 0 }: Service,
  { desiredCount, scaleIn }: ServiceChanges,
): { readonly level: 'info' | 'warning'; readonly text: string } | undefined {
  if (desiredCount === undefined || desiredCount >= now) return undefined
  if (scaleIn === false) {
    return { level: 'info', text: `Service \`${service}\` keeps its ${now} tasks: \`scale-in\` is false.` }
  }
  // Nothing scales a service to 0 by accident.
  if (desiredCount === 0) return undefined
  const text = `\`desired-count\` lowers service \`${service}\` from ${now} to ${desiredCount} tasks. If autoscaling has added them, set \`scale-in: false\`.`
  return { level: 'warning', text }
}
