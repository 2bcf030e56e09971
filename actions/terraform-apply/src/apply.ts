import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { PlanInputs } from './inputs.ts'
import type { Narrator } from './narrator.ts'
import { lockTimeout, type SavedPlan } from './plan.ts'
import type { Terraform } from './terraform.ts'

/** Applies exactly the saved plan. Terraform itself refuses it when the state has moved on since. */
export async function applyPlan(
  { file }: SavedPlan,
  inputs: PlanInputs,
  tf: Terraform,
  narrator: Narrator,
  world: World,
): Promise<void> {
  const { code, cancelled } = await world.log.group(`${tf.product} apply`, () =>
    tf.run(applyArguments(inputs, file), narrator),
  )
  if (cancelled !== undefined) throw cancelled
  if (code !== 0) throw applyFailed(tf.product, narrator)
}

export const applyArguments = (inputs: PlanInputs, file: string): readonly string[] => [
  'apply',
  '-json',
  '-input=false',
  `-lock-timeout=${lockTimeout(inputs)}`,
  ...(inputs.parallelism === undefined ? [] : [`-parallelism=${inputs.parallelism}`]),
  file,
]

function applyFailed(product: string, { errors }: Narrator): SlipwayError {
  const [first] = errors
  if (first?.summary === 'Saved plan is stale' || /does not match the given state/.test(first?.summary ?? '')) {
    return new SlipwayError(`\`${product} apply\` refused the plan: the state has changed since it was made.`, {
      hint: 'Nothing was changed. Run the step again: it makes a new plan.',
    })
  }
  return new SlipwayError(`\`${product} apply\` failed: ${first?.summary ?? 'see its output above.'}`, {
    hint: 'What was done so far is saved in the state. Fix the cause and run again: only the rest is left to do.',
  })
}
