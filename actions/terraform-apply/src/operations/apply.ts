import { SlipwayError } from '../../../../toolkit/errors.ts'
import { join } from '../../../../toolkit/markdown.ts'
import type { PlanInputs } from '../inputs/inputs.ts'
import { applyChart } from '../report/apply-chart.ts'
import { tellCutShort } from '../report/interrupted-changes.ts'
import type { Review } from '../review/review.ts'
import type { Run } from '../state/stack.ts'
import { operationsOf, Progress } from '../terraform/apply-progress.ts'
import type { Narrator } from '../terraform/event-logger.ts'
import type { Diagnostic, StreamOutput } from '../terraform/json-events.ts'
import { lockTimeout } from './plan.ts'
import { rescueState } from './rescue-state.ts'
import { runLocked } from './run-locked.ts'

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
  const { inputs, tf, world } = run
  const progress = new Progress(operationsOf(saved.plan))
  const { code, cancelled, narrator, watch, lockError } = await runLocked(run, {
    operation: 'OperationTypeApply',
    args: applyArguments(inputs.plan, saved.file),
    phrase: (event) => progress.phrase(event),
    scrub,
    expected: (said) => isStale(said) || isNotSaved(said),
  })
  const operations = progress.operations.map((each) => ({ ...each, address: scrub(each.address) }))
  let done = code === 0
  try {
    const rescued = await rescueState(run)
    // Saving the state was all that went wrong, and it is safe by now.
    done ||= rescued && narrator.errors.every(isNotSaved)
  } finally {
    // An empty line first: the fold that the plan ends with is HTML until there is one.
    world.step.summary(join(verdict(done, narrator), applyChart(operations)))
    tellCutShort(narrator.cutShort, world)
  }
  await watch.settle()
  if (cancelled !== undefined) throw cancelled
  if (!done) throw lockError ?? applyFailed(tf.product, narrator)
  return narrator.outputs
}

/** In Terraform's words (and OpenTofu's): internal/backend/local/backend_local.go, localRunForPlanFile. */
const isStale = ({ summary }: Diagnostic): boolean =>
  /^Saved plan (?:is stale|does not match the given state)/.test(summary)

/** Both of what Terraform says then: of the backend, and of the file that it wrote instead. */
const isNotSaved = ({ summary }: Diagnostic): boolean =>
  /^Failed to (?:save state|persist state to backend|create local state file)/.test(summary)

function verdict(done: boolean, { applied, errors, cutShort }: Narrator): string {
  if (errors.some(isStale)) return '⏭️ **Overtaken**: the state has changed since. Nothing of this plan was applied.'
  // Terraform counts nothing when it could not save the state, or release the lock.
  if (applied === undefined && done) return '✅ **Applied**.'
  if (cutShort.length > 0) return '❌ **Interrupted** before all of it was applied.'
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
    hint: 'What was done so far is saved in the state. Fix the cause and run again: what is left to do is planned anew.',
  })
}
