import { awsConfig } from '../../../toolkit/aws.ts'
import { join } from '../../../toolkit/markdown.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { AwsCalls, each } from './aws-calls.ts'
import { leaveSafe } from './cancel.ts'
import type { Connect } from './clients.ts'
import { readInputs } from './inputs.ts'
import { stopTask } from './one-off-task.ts'
import { keepTask, leftTask, settle, unfinished } from './state.ts'

/** Leaves services safe when the main step was killed before it could. Does nothing after a main step that ended. */
export async function post(world: World, connect: Connect): Promise<void> {
  const left = unfinished(world.report)
  const task = leftTask(world.report)
  if (left.length === 0 && task === undefined) return
  const inputs = readInputs(world.env)
  const aws = new AwsCalls(connect(awsConfig(world.env, inputs.region)), world.clock, world.signal)
  world.log.warning('The deploy ended before it knew its outcome.')
  if (task !== undefined) await stopTask(aws, task.cluster, task.taskArn, 'The workflow run was cancelled.')
  const said = await each(left, 5, (undertaking) => leaveSafe(aws, world.log, inputs.onCancel, undertaking))
  world.report.summary(join('## 🚫 Ended before the outcome was known', said.map((line) => `- ${line}`).join('\n')))
  keepTask(world.report, undefined)
  settle(world.report)
}
