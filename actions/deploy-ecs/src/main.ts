import { awsConfig } from '../../../toolkit/aws/aws-config.ts'
import { reportIdleInputs } from '../../../toolkit/idle-inputs.ts'
import { defined } from '../../../toolkit/objects.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws/aws-calls.ts'
import type { Connect } from './aws/clients.ts'
import { refuseOtherRegion } from './aws/service-name.ts'
import { movedTag } from './change/moved-tags.ts'
import { deployServices } from './deploy-services.ts'
import type { Context } from './inputs/context.ts'
import { readInputs } from './inputs/inputs.ts'
import { prepare } from './prepare/prepare.ts'
import { prepareRollback } from './prepare/prepare-rollback.ts'
import { type Preview, preview } from './prepare/preview.ts'
import { refuseShortTimeout } from './prepare/timeout.ts'
import { refuseUnwritable } from './report/record-file.ts'
import { report } from './report/report.ts'
import { reportPlan } from './report/report-plan.ts'
import type { ServicePlan } from './task-definition/service-plan.ts'

/** The step: reads inputs, checks everything, deploys and watches, reports. */
export async function main(world: World, connect: Connect): Promise<void> {
  const startedAt = world.clock.now()
  const inputs = readInputs(world.env)
  reportIdleInputs(world.log, inputs.idle)
  refuseUnwritable(inputs.recordFile)
  const config = awsConfig(world.env, inputs.region)
  refuseOtherRegion(inputs.services, config.region)
  const aws = new AwsCalls(connect(config), world.clock, world.signal)
  const context: Context = { ...world, aws, inputs, region: config.region }

  const plans = await (inputs.command === 'rollback' ? prepareRollback(context) : prepare(context))
  refuseShortTimeout(inputs, plans)
  if (inputs.dryRun || inputs.command === 'verify') return reportPlan(context, await previewed(context, plans))

  const outcomes = await deployServices(context, plans)
  await report(context, outcomes, { startedAt, finishedAt: world.clock.now() })
}

/** The plans as they are shown, with the tags for which new tasks start. */
const previewed = async (context: Context, plans: readonly ServicePlan[]): Promise<readonly Preview[]> =>
  inParallel(await preview(context.aws, plans), 4, async (one) => {
    const tag = await movedTag(context, one.plan, one.plan.before.taskDefinition ?? '')
    return { ...one, ...defined({ movedTag: tag }) }
  })
