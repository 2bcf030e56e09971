import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { throwIfCancelled } from '../../../toolkit/clock.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { join, message } from '../../../toolkit/text/markdown.ts'
import { AwsCalls } from './aws/aws-calls.ts'
import type { Connect } from './aws/clients.ts'
import { isOwnTask, ownServices } from './change/check-post-state.ts'
import { type PostState, readPostState, readTask } from './change/post-state.ts'
import { stopTask } from './change/run-task.ts'
import type { Context } from './inputs/context.ts'
import { readInputs } from './inputs/inputs.ts'
import { readScaling } from './prepare/autoscaling.ts'
import type { ScalableTargets } from './prepare/scalable-targets.ts'
import { applyOnCancel } from './rollback/on-cancel.ts'

/** The bounds of autoscaling, where settings are to be restored; none where they cannot be read. */
async function boundsFor(context: Context, services: readonly PostState[]): Promise<ScalableTargets['bounds']> {
  if (services.every(({ settings }) => settings === undefined)) return new Map()
  const { bounds } = await readScaling(context, context.inputs.services).catch((error: unknown) => {
    throwIfCancelled(context.signal)
    context.log.debug(`The scalable targets could not be read: ${describeError(error)}`)
    return { bounds: new Map() }
  })
  return bounds
}

/** The post step: applies `on-cancel` where the main step was killed, or had too little time for it. */
export async function post(world: World, connect: Connect): Promise<void> {
  const services = readPostState(world.step)
  const task = readTask(world.step)
  if (services.length === 0 && task === undefined) return
  const inputs = readInputs(world.env)
  const config = awsConfig(world.env, inputs.region)
  const aws = new AwsCalls(connect(config), world.clock, world.signal)
  const context = { ...world, aws, inputs, region: config.region }
  if (task !== undefined && (await isOwnTask(context, task)))
    await stopTask(context, task, 'The deploy that started it has ended.')
  const own = ownServices(context, services, await boundsFor(context, services))
  if (own.length === 0) return
  world.log.warning('The main step ended before its services were in a safe state.')
  const ends = await inParallel(own, 5, (service) => applyOnCancel(context, service))
  world.step.summary(
    join(
      '## 🚫 Ended before its services were in a safe state',
      ends.map((end) => `- ${message(end.message)}`).join('\n'),
    ),
  )
}
