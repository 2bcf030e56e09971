import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { PlanInputs } from '../inputs/plan-inputs.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import type { Stack } from '../state/stack.ts'
import { ApplyProgress, type Operation, operationsOf } from '../terraform/apply-progress.ts'
import type { EventLogger } from '../terraform/event-logger.ts'
import type { Counts, Diagnostic, StreamOutput } from '../terraform/json-events.ts'
import { lockTimeout, type SavedPlan } from './plan.ts'
import { rescueState } from './rescue-state.ts'
import { runLocked } from './run-locked.ts'

/** The state has changed since the plan was made. Terraform refused the plan before it changed anything. */
export class StalePlanError extends SlipwayError {}

/** How an apply ended. */
export interface ApplyEnd {
  readonly status: 'applied' | 'stale' | 'interrupted' | 'failed'
  /** What it did; `undefined` where Terraform printed no counts. */
  readonly applied: Counts | undefined
  readonly operations: readonly Operation[]
  /** Addresses that an interrupt cut short. */
  readonly cutShort: readonly string[]
  /** The outputs that Terraform printed. */
  readonly outputs: Readonly<Record<string, StreamOutput>> | undefined
  /** The error to throw after the report; `undefined` when the apply has succeeded. */
  readonly error: unknown
}

/** Applies exactly the saved plan, and makes sure that the state is saved. `error` is a StalePlanError when another apply came first. */
export async function applyPlan(stack: Stack, { file, plan }: SavedPlan, scrub: Scrub): Promise<ApplyEnd> {
  const { inputs, tf } = stack
  const progress = new ApplyProgress(operationsOf(plan))
  const { code, cancelled, logger, watch, lockError } = await runLocked(stack, {
    operation: 'OperationTypeApply',
    args: applyArguments(inputs.plan, file),
    phrase: (event) => progress.phrase(event),
    scrub,
    expected: (diagnostic) => isStale(diagnostic) || isNotSaved(diagnostic),
  })
  let done = code === 0
  let notSaved: unknown
  try {
    const rescued = await rescueState(stack)
    // Only saving the state had failed, and it is saved now.
    done ||= rescued && logger.errors.every(isNotSaved)
  } catch (error) {
    notSaved = error
  }
  await watch.settle()
  const failure = done ? undefined : (lockError ?? applyFailed(tf.product, logger))
  return {
    status: statusOf(done, logger),
    applied: logger.applied,
    operations: progress.operations.map((each) => ({ ...each, address: scrub(each.address) })),
    cutShort: logger.cutShort,
    outputs: logger.outputs,
    error: notSaved ?? cancelled ?? failure,
  }
}

/** Messages of Terraform and OpenTofu: internal/backend/local/backend_local.go, localRunForPlanFile. */
const isStale = ({ summary }: Diagnostic): boolean =>
  /^Saved plan (?:is stale|does not match the given state)/.test(summary)

/** The diagnostic about the backend, and the one about the file that Terraform writes instead. */
const isNotSaved = ({ summary }: Diagnostic): boolean =>
  /^Failed to (?:save state|persist state to backend|create local state file)/.test(summary)

function statusOf(done: boolean, { applied, errors, cutShort }: EventLogger): ApplyEnd['status'] {
  if (errors.some(isStale)) return 'stale'
  // Terraform prints no counts when it could not save the state or release the lock.
  if (applied === undefined && done) return 'applied'
  if (cutShort.length > 0) return 'interrupted'
  return applied === undefined ? 'failed' : 'applied'
}

const applyArguments = (inputs: PlanInputs, file: string): readonly string[] => [
  'apply',
  '-json',
  '-input=false',
  `-lock-timeout=${lockTimeout(inputs)}`,
  ...(inputs.parallelism === undefined ? [] : [`-parallelism=${inputs.parallelism}`]),
  file,
]

function applyFailed(product: string, { errors }: EventLogger): SlipwayError {
  const [first] = errors
  if (errors.some(isStale)) {
    return new StalePlanError(`\`${product} apply\` refused the plan: the state has changed since it was made.`, {
      hint: 'Nothing of the plan was applied. Make a new plan, and apply that.',
    })
  }
  return new SlipwayError(`\`${product} apply\` failed: ${first?.summary ?? 'see its output above.'}`, {
    hint: 'What was applied so far is saved in the state. Fix the cause and run again: a new plan has what is left to do.',
  })
}
