import { checkAccount } from '../../../toolkit/aws/account.ts'
import { inRegion } from '../../../toolkit/aws/region.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { apply, plan, verify } from './commands/commands.ts'
import { drift } from './commands/drift.ts'
import { unlock } from './commands/unlock.ts'
import { type Command, type Inputs, readInputs } from './inputs/inputs.ts'
import { init } from './operations/init.ts'
import { erroredState } from './state/errored-file.ts'
import { saveHandover } from './state/handover.ts'
import { clearScratch, makeScratch } from './state/scratch.ts'
import type { Stack } from './state/stack.ts'
import { stateStore } from './state/state-store.ts'
import { terraform } from './terraform/terraform.ts'
import { findTool } from './tool/find-tool.ts'

const COMMANDS: Readonly<Record<Exclude<Command, 'migrate-state'>, (stack: Stack) => Promise<void>>> = {
  plan,
  apply,
  verify,
  drift,
  unlock,
}

/** Reads the inputs, initializes the stack, and runs the command. Leaves only the files that outputs name. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  const scratch = makeScratch(world.step, inputs.tempFolder)
  try {
    await runCommand(inRegion(world, inputs.region), inputs, scratch)
  } finally {
    // Post tries again to save a state that is not saved yet, and needs these files.
    if (erroredState({ directory: inputs.rootModule.directory, scratch }) === undefined) clearScratch(scratch)
  }
}

async function runCommand(world: World, inputs: Inputs, scratch: string): Promise<void> {
  const { repository, directory, workspace } = inputs.rootModule
  const { cancelTimeoutMs } = inputs
  const product = inputs.tool.tool === 'opentofu' ? 'OpenTofu' : 'Terraform'
  const command = await findTool(world, inputs)
  const options = { product, command, directory, workspace, scratch, cancelTimeoutMs } as const
  const tf = terraform(world, options)
  await checkAccount(inputs.expectedAccountId, world)
  if (inputs.command === 'migrate-state') {
    const { migrateState } = await import('./commands/migrate-state.ts')
    await migrateState(world, inputs, tf)
    return
  }
  const backend = await init(world, inputs.rootModule, tf)
  saveHandover({ ...options, repository, backend })
  const store = stateStore(world, backend, inputs.rootModule)
  await COMMANDS[inputs.command]({ world, inputs, tf, backend, store })
}
