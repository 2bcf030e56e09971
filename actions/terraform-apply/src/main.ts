import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../../toolkit/runtime.ts'
import { checkAccount } from './account.ts'
import { leftRunning, waitFor } from './afterlife.ts'
import { readBackend } from './backend.ts'
import { apply, plan, verify } from './commands.ts'
import { drift } from './drift.ts'
import { rescueState } from './errored-state.ts'
import { findTool } from './find-tool.ts'
import { init } from './init.ts'
import { type Command, type Inputs, readInputs } from './inputs.ts'
import { migrateState, restoreState } from './migrate-state.ts'
import { Narrator } from './narrator.ts'
import type { Run } from './run.ts'
import { stateStore } from './state-store.ts'
import { type Terraform, terraform } from './terraform.ts'
import { unlock } from './unlock.ts'

const COMMANDS: Readonly<Record<Exclude<Command, 'migrate-state'>, (run: Run) => Promise<void>>> = {
  plan,
  apply,
  verify,
  drift,
  unlock,
}

/** Read, check, make ready; then do what was asked. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  const tf = await findTerraform(inputs, world)
  await checkAccount(inputs.expectedAccountId, world)
  if (inputs.command === 'migrate-state') {
    await migrateState(inputs, tf, world)
    return
  }
  const backend = await init(inputs.stack, tf, world)
  const store = stateStore(backend, inputs.stack, world)
  await COMMANDS[inputs.command]({ inputs, tf, backend, store, world })
}

/** Waits for a Terraform that main did not see to its end, and makes sure that its state is safe. */
export async function post(world: World): Promise<void> {
  restoreState(world)
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
  const store = stateStore(readBackend(inputs.stack, world.env), inputs.stack, world)
  await rescueState(await findTerraform(inputs, world), store, world)
}

async function findTerraform(inputs: Inputs, world: World): Promise<Terraform> {
  const { directory, workspace } = inputs.stack
  const product = inputs.tool.tool === 'opentofu' ? 'OpenTofu' : 'Terraform'
  const scratch = mkdtempSync(join(inputs.scratch, 'slipway-terraform-'))
  return terraform({ product, command: await findTool(inputs, world), directory, workspace, scratch }, world)
}
