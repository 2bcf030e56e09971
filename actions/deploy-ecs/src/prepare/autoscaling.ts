// Autoscaling sets the count of a service while it runs. A count from Terraform would take away what it has added.
import type { Service } from '@aws-sdk/client-ecs'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import type { Context } from '../inputs/context.ts'
import { countNote, withScaling } from '../task-definition/desired-count.ts'
import type { ScalableTargets } from './scalable-targets.ts'

/** A service as it was found. */
interface FoundService {
  readonly name: ServiceName
  readonly before: Service
}

/** The bounds of autoscaling, asked for only where `desired-count` is given and `scale-in` is `auto`. */
export async function readScaling(
  context: Pick<Context, 'aws' | 'region' | 'inputs'>,
  names: readonly ServiceName[],
): Promise<ScalableTargets> {
  const { desiredCount = 0, scaleIn } = context.inputs.serviceChanges
  if (desiredCount === 0 || scaleIn !== undefined) return { bounds: new Map() }
  return (await import('./scalable-targets.ts')).readScalableTargets(context, names)
}

/**
 * Reads the bounds, and logs what the deploy does to the count of each service. A role that may not read them gets the count that
 * it asks for, with a warning where that is less.
 */
export async function planCounts(
  context: Pick<Context, 'aws' | 'region' | 'inputs' | 'log'>,
  found: readonly FoundService[],
): Promise<ScalableTargets['bounds']> {
  const { inputs, log } = context
  const { bounds, unknown } = await readScaling(
    context,
    found.map(({ name }) => name),
  )
  for (const { name, before } of found) {
    const changes = withScaling(inputs.serviceChanges, bounds.get(nameOf(name)))
    const note = countNote(nameOf(name), before, changes, unknown)
    if (note !== undefined) log[note.level](note.text)
  }
  return bounds
}
