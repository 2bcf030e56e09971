import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../../toolkit/runtime.ts'
import { checkAccount } from './account.ts'
import { leftRunning, waitFor } from './afterlife.ts'
import { apply, plan, verify } from './commands.ts'
import { rescueState } from './errored-state.ts'
import { init } from './init.ts'
import { type Command, type Inputs, readInputs } from './inputs.ts'
import { Narrator } from './narrator.ts'
import type { Run } from './run.ts'
import { stateStore } from './state-store.ts'
import { type Terraform, terraform } from './terraform.ts'
import { unlock } from './unlock.ts'

const COMMANDS: Readonly<Record<Command, (run: Run) => Promise<void>>> = { plan, apply, verify, unlock }

/** Read, check, make ready; then do what was asked. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  const tf = findTerraform(inputs, world)
  await checkAccount(inputs.expectedAccountId, world)
  const backend = await init(inputs.stack, tf, world)
  const store = stateStore(backend, inputs.stack, world)
  await COMMANDS[inputs.command]({ inputs, tf, backend, store, world })
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
