import { awsConfig } from '../../../toolkit/aws.ts'
import { join } from '../../../toolkit/markdown.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws/aws-calls.ts'
import type { Connect } from './aws/clients.ts'
import { stopForGood } from './change/before-deploy-task.ts'
import { leftTask, unfinished } from './change/post-state.ts'
import { readInputs } from './inputs/inputs.ts'
import { leaveSafe } from './rollback/on-cancel.ts'

/** Leaves safe what the main step could not, because it was killed or had too little time. */
export async function post(world: World, connect: Connect): Promise<void> {
  const left = unfinished(world.step)
  const task = leftTask(world.step)
  if (left.length === 0 && task === undefined) return
  const inputs = readInputs(world.env)
  const aws = new AwsCalls(connect(awsConfig(world.env, inputs.region)), world.clock, world.signal)
  if (task !== undefined) await stopForGood(aws, world.log, task, 'The deploy that it was for has ended.')
  if (left.length === 0) return
  world.log.warning('The deploy ended before its services were safe.')
  const ends = await inParallel(left, 5, (undertaking) => leaveSafe(aws, world.log, inputs.onCancel, undertaking))
  world.step.summary(join('## 🚫 Ended before its services were safe', ends.map(({ said }) => `- ${said}`).join('\n')))
}
