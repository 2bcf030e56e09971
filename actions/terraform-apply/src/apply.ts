import { SlipwayError } from '../../../toolkit/errors.ts'
import { join } from '../../../toolkit/markdown.ts'
import { applyChart } from './apply-chart.ts'
import { rescueState } from './errored-state.ts'
import type { PlanInputs } from './inputs.ts'
import type { Narrator } from './narrator.ts'
import { lockTimeout } from './plan.ts'
import { operationsOf, Progress } from './progress.ts'
import type { Review } from './review.ts'
import type { Run } from './run.ts'
import { runLocked } from './run-locked.ts'
import type { Diagnostic, StreamOutput } from './stream.ts'

/** The state has changed since the plan was made, and Terraform refused it before it did anything. */
export class StalePlanError extends SlipwayError {}

/**
 * Applies exactly the saved plan. Whatever happens, the state is saved. Gives the outputs as far as Terraform shows them.
 * @throws StalePlanError when another apply came first.
 */
export async function applyPlan(
  { saved, scrub }: Review,
  run: Run,
): Promise<Readonly<Record<string, StreamOutput>> | undefined> {
  const { inputs, tf, store, world } = run
  const progress = new Progress(operationsOf(saved.plan))
  const { code, cancelled, narrator, watch, lockError } = await runLocked(run, {
    operation: 'OperationTypeApply',
    args: applyArguments(inputs.plan, saved.file),
    phrase: (event) => progress.phrase(event),
    scrub,
    expected: isStale,
  })
  const operations = progress.operations.map((each) => ({ ...each, address: scrub(each.address) }))
  // An empty line first: the fold that the plan ends with is HTML until there is one.
  world.report.summary(join(verdict(code, narrator), applyChart(operations)))
  await rescueState(tf, store, world)
  await watch.settle()
  if (cancelled !== undefined) throw cancelled
  if (code !== 0) throw lockError ?? applyFailed(tf.product, narrator)
  return narrator.outputs
}

/** In Terraform's words (and OpenTofu's): internal/backend/local/backend_local.go, localRunForPlanFile. */
const isStale = ({ summary }: Diagnostic): boolean =>
  /^Saved plan (?:is stale|does not match the given state)/.test(summary)

function verdict(code: number, { applied, errors }: Narrator): string {
  if (errors.some(isStale)) return '⏭️ **Overtaken**: the state has changed since. Nothing of this plan was applied.'
  // Terraform counts nothing when it could not release the lock.
  if (applied === undefined && code === 0) return '✅ **Applied**.'
  if (applied === undefined) return '❌ **Not all of it was applied.** The log says why; what was done is in the state.'
  return `✅ **Applied**: ${applied.add} added, ${applied.change} changed, ${applied.remove} destroyed.`
}

const applyArguments = (inputs: PlanInputs, file: string): readonly string[] => [
  'apply',
  '-json',
  '-input=false',
  `-lock-timeout=${lockTimeout(inputs)}`,
  ...(inputs.parallelism === undefined ? [] : [`-parallelism=${inputs.parallelism}`]),
  file,
]

function applyFailed(product: string, { errors }: Narrator): SlipwayError {
  const [first] = errors
  if (errors.some(isStale)) {
    return new StalePlanError(`\`${product} apply\` refused the plan: the state has changed since it was made.`, {
      hint: 'Nothing of it was applied. Plan again, and apply the new plan.',
    })
  }
  return new SlipwayError(`\`${product} apply\` failed: ${first?.summary ?? 'see its output above.'}`, {
    hint: 'What was done so far is saved in the state. Fix the cause and run again: only the rest is left to do.',
  })
}
