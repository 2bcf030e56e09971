import { awsConfig } from '../../../toolkit/aws.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws/aws-calls.ts'
import type { Connect } from './aws/clients.ts'
import { refuseOtherRegion } from './aws/service-name.ts'
import { readInputs } from './inputs/inputs.ts'
import { prepare } from './prepare/prepare.ts'
import { prepareRollback } from './prepare/prepare-rollback.ts'
import { preview } from './prepare/preview.ts'
import { refuseShortTimeout } from './prepare/timeout.ts'
import { refuseUnwritable } from './report/record-file.ts'
import { report } from './report/report.ts'
import { reportPlan } from './report/report-plan.ts'
import { ship } from './ship.ts'

/** Deploys: read, check, act and watch, report. */
export async function main(world: World, connect: Connect): Promise<void> {
  const startedAt = world.clock.now()
  const inputs = readInputs(world.env)
  refuseUnwritable(inputs.recordFile)
  const config = awsConfig(world.env, inputs.region)
  refuseOtherRegion(inputs.services, config.region)
  const aws = new AwsCalls(connect(config), world.clock, world.signal)

  const goesBack = inputs.command === 'rollback'
  const plans = goesBack ? await prepareRollback(world, aws, inputs) : await prepare(world, aws, inputs, config.region)
  refuseShortTimeout(inputs, plans)
  if (inputs.dryRun || inputs.command === 'verify') return reportPlan(world, inputs, await preview(aws, plans))

  const outcomes = await ship(world, aws, inputs, plans)
  await report(world, aws, inputs, config.region, outcomes, { startedAt, finishedAt: world.clock.now() })
}
