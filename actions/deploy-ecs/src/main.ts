import { awsConfig } from '../../../toolkit/aws.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws-calls.ts'
import type { Connect } from './clients.ts'
import { readInputs } from './inputs.ts'
import { refuseImpatience } from './native.ts'
import { prepare } from './prepare.ts'
import { prepareRollback } from './prepare-rollback.ts'
import { preview } from './preview.ts'
import { refuseUnwritable } from './record-file.ts'
import { refuseOtherRegion } from './service-name.ts'
import { ship } from './ship.ts'
import { tell } from './tell.ts'
import { tellPlan } from './tell-plan.ts'

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
  refuseImpatience(inputs, plans)
  if (inputs.dryRun || inputs.command === 'verify') return tellPlan(world, inputs, await preview(aws, plans))

  const outcomes = await ship(world, aws, inputs, plans)
  await tell(world, aws, inputs, config.region, outcomes, { startedAt, finishedAt: world.clock.now() })
}
