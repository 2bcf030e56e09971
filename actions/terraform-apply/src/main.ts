import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../../toolkit/runtime.ts'
import { checkAccount } from './account.ts'
import { leftRunning, waitFor } from './afterlife.ts'
import { applyPlan } from './apply.ts'
import { rescueState } from './errored-state.ts'
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
  const tf = findTerraform(inputs, world)
  await checkAccount(inputs.expectedAccountId, world)
  await init(inputs.stack, tf, world)
  await planAndApply(inputs, tf, world)
}

/** Waits for a Terraform that main did not see to its end, and makes sure that its state is safe. */
export async function post(world: World): Promise<void> {
  const running = leftRunning(world.report)
  if (running === undefined) return
  const inputs = readInputs(world.env)
  const narrator = new Narrator({ log: world.log, path: inputs.stack.path })
  await world.log.group(`${running.command}, which went on without the step (from its start)`, () =>
    waitFor(running, (line) => narrator.hear(line), world.clock),
  )
  if (narrator.applied !== undefined) {
    const { add, change, remove } = narrator.applied
    world.log.notice(`${running.command} finished all the same: ${add} added, ${change} changed, ${remove} destroyed.`)
  } else {
    world.log.warning(`${running.command} ended before it was through. Run again: only the rest is left to do.`)
  }
  await rescueState(findTerraform(inputs, world), world)
}

async function planAndApply(inputs: Inputs, tf: Terraform, world: World): Promise<void> {
  const { log, report } = world
  const { path } = inputs.stack
  const saved =
    inputs.planFile === undefined
      ? await makePlan(inputs.plan, tf, new Narrator({ log, path }), world)
      : await readPlan(inputs.planFile, tf)
  report.output('has-changes', hasChanges(saved.plan))
  report.output('plan-file', saved.file)
  if (inputs.command === 'plan') return
  if (!hasChanges(saved.plan)) {
    log.info('There is nothing to apply.')
    setOutputs(saved.plan.planned_values?.outputs ?? {}, world)
    return
  }
  const outputs = await applyPlan(saved, inputs, tf, world)
  setOutputs(await outputsAfterApply(outputs, tf), world)
}

function findTerraform({ stack, scratch }: Inputs, world: World): Terraform {
  const { directory, workspace } = stack
  return terraform(
    {
      product: 'Terraform',
      command: 'terraform',
      directory,
      workspace,
      scratch: mkdtempSync(join(scratch, 'slipway-terraform-')),
    },
    world,
  )
}
