import { awsConfig } from '../../../toolkit/aws.ts'
import { join } from '../../../toolkit/markdown.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls } from './aws/aws-calls.ts'
import type { Connect } from './aws/clients.ts'
import { stopTask } from './change/before-deploy-task.ts'
import { readPostState, readTask } from './change/post-state.ts'
import { readInputs } from './inputs/inputs.ts'
import { applyOnCancel } from './rollback/on-cancel.ts'

/** Leaves safe what the main step could not, because it was killed or had too little time. */
export async function post(world: World, connect: Connect): Promise<void> {
  const left = readPostState(world.step)
  const task = readTask(world.step)
  if (left.length === 0 && task === undefined) return
  const inputs = readInputs(world.env)
  const aws = new AwsCalls(connect(awsConfig(world.env, inputs.region)), world.clock, world.signal)
  if (task !== undefined) await stopTask(aws, world.log, task, 'The deploy that it was for has ended.')
  if (left.length === 0) return
  world.log.warning('The deploy ended before its services were safe.')
  const ends = await inParallel(left, 5, (postState) => applyOnCancel(aws, world.log, inputs.onCancel, postState))
  world.step.summary(join('## 🚫 Ended before its services were safe', ends.map(({ said }) => `- ${said}`).join('\n')))
}
