import { checkAccount } from '../../../toolkit/account.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { inRegion } from '../../../toolkit/region.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { leftRunning, type Running, waitFor } from './afterlife.ts'
import { apply, plan, verify } from './commands.ts'
import { tellCutShort } from './cut-short.ts'
import { drift } from './drift.ts'
import { erroredState, keepDumped, rescueState } from './errored-state.ts'
import { findTool } from './find-tool.ts'
import { init } from './init.ts'
import { type Command, type Inputs, readInputs, regionOf } from './inputs.ts'
import { isNotReleased, notReleased } from './lock-error.ts'
import { isLockTrouble } from './missed-lock.ts'
import { Narrator } from './narrator.ts'
import { releaseOwn } from './own-lock.ts'
import type { Run } from './run.ts'
import { clearScratch, makeScratch, notedRun, notedSecrets, noteRun, removeScratch } from './scratch.ts'
import { scrubber } from './sensitive.ts'
import { restoreState } from './state-aside.ts'
import { stateStore } from './state-store.ts'
import { terraform } from './terraform.ts'
import { unlock } from './unlock.ts'

const COMMANDS: Readonly<Record<Exclude<Command, 'migrate-state'>, (run: Run) => Promise<void>>> = {
  plan,
  apply,
  verify,
  drift,
  unlock,
}

/** Read, check, make ready; then do what was asked. Leaves no files but those that outputs name. */
export async function main(world: World): Promise<void> {
  const inputs = readInputs(world.env)
  const scratch = makeScratch(inputs.scratch, world.step)
  try {
    await carryOut(inputs, scratch, inRegion(world, inputs.region))
  } finally {
    // Post tries again to save a state that is not safe yet, and needs what is here.
    if (erroredState({ directory: inputs.stack.directory, scratch }) === undefined) clearScratch(scratch)
  }
}

async function carryOut(inputs: Inputs, scratch: string, world: World): Promise<void> {
  const { root, directory, workspace } = inputs.stack
  const { cancelTimeoutMs } = inputs
  const product = inputs.tool.tool === 'opentofu' ? 'OpenTofu' : 'Terraform'
  const options = {
    product,
    command: await findTool(inputs, world),
    directory,
    workspace,
    scratch,
    cancelTimeoutMs,
  } as const
  const tf = terraform(options, world)
  await checkAccount(inputs.expectedAccountId, world)
  if (inputs.command === 'migrate-state') {
    const { migrateState } = await import('./migrate-state.ts')
    await migrateState(inputs, tf, world)
    return
  }
  const backend = await init(inputs.stack, tf, world)
  noteRun({ ...options, root, backend })
  const store = stateStore(backend, inputs.stack, world)
  await COMMANDS[inputs.command]({ inputs, tf, backend, store, world })
}

/** Waits for a Terraform that main did not see to its end, and makes sure that its state is safe. */
export async function post(world: World): Promise<void> {
  restoreState(world)
  try {
    const running = leftRunning(world.step)
    if (running !== undefined) {
      await seeToItsEnd(running, inRegion(world, regionOf(world.env)))
    }
  } finally {
    removeScratch(world.step)
  }
}

async function seeToItsEnd(running: Running, world: World): Promise<void> {
  const noted = notedRun(world.step)
  const narrator = new Narrator({
    log: world.log,
    stack: noted ?? { root: '.', directory: '.' },
    scrub: scrubber(notedSecrets(world.step)),
    expected: isLockTrouble,
  })
  await world.log.group(`${running.command}, which went on without the step (from its start)`, () =>
    waitFor(running, (line) => narrator.hear(line), world.clock),
  )
  sayHowItEnded(running, narrator, world)
  if (noted === undefined) return
  keepDumped(narrator, noted)
  const { backend } = noted
  const run = { tf: terraform(noted, world), backend, store: stateStore(backend, noted, world), world }
  const { errors } = narrator
  const lock = errors.some(isLockTrouble) ? await releaseOwn(run) : 'none'
  if (lock === 'left' && errors.some(isNotReleased)) world.log.warning(describeError(notReleased(run.tf, errors)))
  await rescueState(run)
}

function sayHowItEnded({ command }: Running, { applied, errors, cutShort }: Narrator, { log, step }: World): void {
  if (applied !== undefined) {
    const { add, change, remove } = applied
    log.notice(`${command} finished all the same: ${add} added, ${change} changed, ${remove} destroyed.`)
  } else if (errors.length > 0 && errors.every(isNotReleased)) {
    log.notice(`${command} finished all the same.`)
  } else if (command.endsWith(' apply')) {
    log.warning(
      `${command} ended before it was through. Run again, and look at the plan: what it was doing may have to be done anew, or be there already.`,
    )
  } else log.notice(`${command} has ended. It changed nothing; run the step again to see the plan.`)
  tellCutShort(cutShort, { log, step })
}
