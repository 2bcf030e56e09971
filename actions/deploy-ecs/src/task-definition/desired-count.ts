// How many tasks a service gets with `desired-count`. Pure.
import type { Service } from '@aws-sdk/client-ecs'
import type { ScalingBounds, ServiceChanges } from '../inputs/inputs.ts'

/** The changes for a service as it is: tasks that autoscaling has added stay, unless `scale-in: true`. */
export function changesFor({ desiredCount: now = 0 }: Service, changes: ServiceChanges): ServiceChanges {
  const { desiredCount: asked, ...others } = changes
  if (asked === undefined) return changes
  const count = countFor(now, asked, changes)
  if (count === undefined) return others
  return count === asked ? changes : { ...changes, desiredCount: count }
}

/** The changes for a service whose count autoscaling sets within these bounds. */
export const withScaling = (changes: ServiceChanges, scaling: ScalingBounds | undefined): ServiceChanges =>
  scaling === undefined ? changes : { ...changes, scaling }

/** The count to send; `undefined` where the count of the service stays. */
function countFor(now: number, asked: number, { scaleIn, scaling }: ServiceChanges): number | undefined {
  if (scaleIn === false && asked < now) return undefined
  // Nothing scales a service to 0 by accident.
  if (scaleIn !== undefined || scaling === undefined || asked === 0) return asked
  const inside = Math.max(now, Math.min(scaling.max, Math.max(scaling.min, asked)))
  return inside === now && asked !== now ? undefined : inside
}

/** A line of the log about the count of a service. */
interface CountNote {
  readonly level: 'info' | 'notice' | 'warning'
  readonly text: string
}

/**
 * What `desired-count` does to a service where that is not what it says, or fewer tasks; `undefined` where there is nothing to say.
 * `unknown`: why it is not known whether autoscaling sets the count.
 */
export function countNote(
  service: string,
  { desiredCount: now = 0 }: Service,
  changes: ServiceChanges,
  unknown?: string,
): CountNote | undefined {
  const { desiredCount: asked, scaleIn, scaling } = changes
  if (asked === undefined) return undefined
  const count = countFor(now, asked, changes)
  const [who, bounds] = [`Service \`${service}\``, scaling && `${scaling.min} to ${scaling.max} tasks`]
  if (scaleIn === false && count === undefined) {
    return { level: 'info', text: `${who} keeps its ${now} tasks: \`scale-in\` is false.` }
  }
  if (count === undefined) {
    const how = asked < now ? ` To lower it to ${asked}, set \`scale-in: true\`.` : ''
    return {
      level: 'info',
      text: `${who} keeps its ${now} tasks: Application Auto Scaling sets their number, ${bounds}.${how}`,
    }
  }
  if (count !== asked) {
    return {
      level: 'notice',
      text: `${who} gets ${count} tasks, not ${asked} (\`desired-count\`): Application Auto Scaling keeps ${bounds}.`,
    }
  }
  if (asked >= now || asked === 0 || scaleIn === true) return undefined
  const lowers = `\`desired-count\` lowers service \`${service}\` from ${now} to ${asked} tasks.`
  const why =
    unknown === undefined
      ? 'Application Auto Scaling does not set its count. If something else has added them'
      : `Whether autoscaling has added them is not known (${unknown}). If it has`
  return { level: 'warning', text: `${lowers} ${why}, set \`scale-in: false\`.` }
}
