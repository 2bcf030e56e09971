import { awsConfig } from '../../../toolkit/aws.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws-calls.ts'
import type { Connect } from './clients.ts'
import { readInputs } from './inputs.ts'
import { prepare } from './prepare.ts'
import { ship } from './ship.ts'
import { settle } from './state.ts'
import { tell } from './tell.ts'

/** Deploys: read, check, act and watch, report. */
export async function main(world: World, connect: Connect): Promise<void> {
  const startedAt = world.clock.now()
  const inputs = readInputs(world.env)
  const config = awsConfig(world.env, inputs.region)
  const aws = new AwsCalls(connect(config), world.clock, world.signal)

  const plans = await prepare(world, aws, inputs, config.region)
  const outcomes = await ship(world, aws, inputs, plans)
  settle(world.report)
  tell(world, inputs, config.region, outcomes, { startedAt, finishedAt: world.clock.now() })
}
