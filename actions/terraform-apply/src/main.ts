import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../../toolkit/runtime.ts'
import { applyPlan } from './apply.ts'
import { init } from './init.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { Narrator } from './narrator.ts'
import { outputsAfterApply, setOutputs } from './outputs.ts'
import { makePlan, readPlan } from './plan.ts'
import { hasChanges } from './plan-json.ts'
import { type Terraform, terraform } from './terraform.ts'

/** Read, check, plan; then apply exactly that plan. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  const scratch = mkdtempSync(join(inputs.scratch, 'slipway-terraform-'))
  const tf = terraform(
    {
      product: 'Terraform',
      command: 'terraform',
      directory: inputs.stack.directory,
      workspace: inputs.stack.workspace,
      scratch,
    },
    world,
  )
  await init(inputs.stack, tf, scratch, world)
  await planAndApply(inputs, tf, scratch, world)
}

async function planAndApply(inputs: Inputs, tf: Terraform, scratch: string, world: World): Promise<void> {
  const narrator = new Narrator(world.log, inputs.stack.path)
  const saved =
    inputs.planFile === undefined
      ? await makePlan(inputs.plan, tf, scratch, narrator, world)
      : await readPlan(inputs.planFile, tf)
  world.report.output('has-changes', hasChanges(saved.plan))
  world.report.output('plan-file', saved.file)
  if (inputs.command === 'plan') return
  if (!hasChanges(saved.plan)) {
    world.log.info('There is nothing to apply.')
    return setOutputs(saved.plan.planned_values?.outputs ?? {}, world)
  }
  await applyPlan(saved, inputs.plan, tf, narrator, world)
  setOutputs(await outputsAfterApply(narrator.outputs, tf), world)
}

export async function post(): Promise<void> {}
