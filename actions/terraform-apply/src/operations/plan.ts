import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { PlanInputs } from '../inputs/plan-inputs.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import { type Scrub, scrubber, secretsOf } from '../plan-json/sensitive-values.ts'
import { PLAN_FILE } from '../state/scratch.ts'
import type { Stack } from '../state/stack.ts'
import type { EventLogger } from '../terraform/event-logger.ts'
import type { Terraform } from '../terraform/terraform.ts'
import { runLocked } from './run-locked.ts'

/** A plan in a file, and its content. */
export interface SavedPlan {
  /** The plan file. It holds secrets in plain text. */
  readonly file: string
  readonly plan: Plan
  /** Logs the warnings of the plan, scrubbed; `undefined` for a plan that an earlier step made. */
  readonly logWarnings?: (scrub: Scrub) => void
}

/** Makes a plan, saves it, and reads it. @throws SlipwayError when the plan fails, CancelledError when the run is cancelled. */
export async function makePlan(stack: Stack): Promise<SavedPlan> {
  const { inputs, tf } = stack
  const file = join(tf.scratch, PLAN_FILE)
  // If this plan fails, an earlier one must not be taken for it.
  rmSync(file, { force: true })
  const variables = inputs.plan.variables.trim() === '' ? undefined : join(tf.scratch, 'inputs.tfvars')
  if (variables !== undefined) writeFileSync(variables, inputs.plan.variables, { mode: 0o600 })
  const { code, cancelled, logger, watch, lockError } = await runLocked(stack, {
    operation: 'OperationTypePlan',
    args: planArguments(inputs.plan, file, variables),
    hold: true,
  })
  if (cancelled !== undefined) {
    await logDiagnostics(stack, logger, file)
    throw cancelled
  }
  // Exit code 2 means that there are changes. The counts leave out outputs and moves.
  if (code === 0 || code === 2) {
    const [saved] = await Promise.all([readPlan(tf, file), watch.settle()])
    return { ...saved, logWarnings: (scrub) => logger.logHeld(scrub) }
  }
  await watch.settle()
  await logDiagnostics(stack, logger, file)
  throw lockError ?? planFailed(tf.product, logger)
}

/** Logs the diagnostics of a plan that failed. Terraform saves such a plan as far as it got, and its secrets are read from that. */
async function logDiagnostics({ world, tf }: Stack, logger: EventLogger, file: string): Promise<void> {
  const saved = existsSync(file) ? await readPlan(tf, file).catch(() => undefined) : undefined
  const secrets = saved === undefined ? new Set<string>() : secretsOf(saved.plan)
  for (const secret of secrets) world.log.mask(secret)
  logger.logHeld(scrubber(secrets))
}

/** Reads a saved plan. @throws SlipwayError when it cannot be read, for example because another version of Terraform made it. */
export async function readPlan(tf: Terraform, file: string): Promise<SavedPlan> {
  const { code, stdout, stderr } = await tf.exec(['show', '-json', '-no-color', file])
  if (code !== 0) {
    throw new SlipwayError(`The plan file \`${file}\` cannot be read: ${stderr.trim()}`, {
      hint: 'An earlier step of this job must have saved it, with the same configuration and version, after `init`.',
    })
  }
  const plan = parseJson(stdout, `The plan \`${file}\``) as Plan
  if (!plan.format_version?.startsWith('1.')) {
    throw new SlipwayError(`${tf.product} wrote a plan of format ${plan.format_version}; this action reads format 1.`, {
      hint: 'Use a newer version of this action.',
    })
  }
  return { file, plan }
}

function planArguments(inputs: PlanInputs, file: string, variables?: string): readonly string[] {
  return [
    'plan',
    '-json',
    '-input=false',
    '-detailed-exitcode',
    `-out=${file}`,
    `-lock-timeout=${lockTimeout(inputs)}`,
    ...inputs.varFiles.map((name) => `-var-file=${name}`),
    ...(variables === undefined ? [] : [`-var-file=${variables}`]),
    ...inputs.targets.map((address) => `-target=${address}`),
    ...inputs.replace.map((address) => `-replace=${address}`),
    ...(inputs.parallelism === undefined ? [] : [`-parallelism=${inputs.parallelism}`]),
    ...(inputs.destroy ? ['-destroy'] : []),
    ...(inputs.refresh ? [] : ['-refresh=false']),
  ]
}

/** The value of -lock-timeout. */
export const lockTimeout = (inputs: PlanInputs): string => `${Math.round(inputs.lockTimeoutMs / 1000)}s`

function planFailed(product: string, { errors: [first] }: EventLogger): SlipwayError {
  return new SlipwayError(`\`${product} plan\` failed: ${first?.summary ?? 'see its output above.'}`, {
    hint: 'Nothing was changed. The annotations show file, line and reason.',
  })
}
