import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { PlanInputs } from '../inputs/inputs.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import { type Scrub, scrubber, secretsOf } from '../plan-json/sensitive-values.ts'
import { PLAN_FILE } from '../state/scratch.ts'
import type { Run } from '../state/stack.ts'
import type { Narrator } from '../terraform/event-logger.ts'
import type { Terraform } from '../terraform/terraform.ts'
import { runLocked } from './run-locked.ts'

/** A plan that is saved in a file, as data. */
export interface SavedPlan {
  /** The plan file. It holds secrets in plain text. */
  readonly file: string
  readonly plan: Plan
  /** Tells the warnings of the plan, with what is secret in it taken out; none where the plan was handed in. */
  readonly tell?: (scrub: Scrub) => void
}

/** Plans, saves the plan, and reads it. */
export async function makePlan(run: Run): Promise<SavedPlan> {
  const { inputs, tf } = run
  const file = join(tf.scratch, PLAN_FILE)
  // One of before is not this one's, should this one fail.
  rmSync(file, { force: true })
  const variables = inputs.plan.variables.trim() === '' ? undefined : join(tf.scratch, 'inputs.tfvars')
  if (variables !== undefined) writeFileSync(variables, inputs.plan.variables, { mode: 0o600 })
  const { code, cancelled, narrator, watch, lockError } = await runLocked(run, {
    operation: 'OperationTypePlan',
    args: planArguments(inputs.plan, file, variables),
    hold: true,
  })
  if (cancelled !== undefined) {
    await tellTrouble(narrator, file, run)
    throw cancelled
  }
  // 2 says that there is something to do; counts would miss outputs and moves.
  if (code === 0 || code === 2) {
    const [saved] = await Promise.all([readPlan(file, tf), watch.settle()])
    return { ...saved, tell: (scrub) => narrator.tellHeld(scrub) }
  }
  await watch.settle()
  await tellTrouble(narrator, file, run)
  throw lockError ?? planFailed(tf.product, narrator)
}

/** Tells what went wrong. Terraform saves a plan that failed, too, as far as it came: by that, what is secret is known. */
async function tellTrouble(narrator: Narrator, file: string, { tf, world }: Run): Promise<void> {
  const saved = existsSync(file) ? await readPlan(file, tf).catch(() => undefined) : undefined
  const secrets = saved === undefined ? new Set<string>() : secretsOf(saved.plan)
  for (const secret of secrets) world.log.mask(secret)
  narrator.tellHeld(scrubber(secrets))
}

/** Reads a saved plan. @throws SlipwayError when it cannot be read here, as with one of another Terraform. */
export async function readPlan(file: string, tf: Terraform): Promise<SavedPlan> {
  const { code, stdout, stderr } = await tf.query(['show', '-json', '-no-color', file])
  if (code !== 0) {
    throw new SlipwayError(`The plan file \`${file}\` cannot be read: ${stderr.trim()}`, {
      hint: 'It must be of the same configuration and version, after `init`, and saved by an earlier step of this job.',
    })
  }
  const plan = JSON.parse(stdout) as Plan
  if (!plan.format_version?.startsWith('1.')) {
    throw new SlipwayError(`${tf.product} wrote a plan of format ${plan.format_version}; this action knows format 1.`, {
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

export const lockTimeout = (inputs: PlanInputs): string => `${Math.round(inputs.lockTimeoutMs / 1000)}s`

function planFailed(product: string, narrator: Narrator): SlipwayError {
  const [first] = narrator.errors
  return new SlipwayError(`\`${product} plan\` failed: ${first?.summary ?? 'see its output above.'}`, {
    hint: 'Nothing was changed. The annotations say where and why.',
  })
}
