import { checkAccount } from '../../../toolkit/account.ts'
import { describeError } from '../../../toolkit/errors.ts'
import { inRegion } from '../../../toolkit/region.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { apply, plan, verify } from './commands/commands.ts'
import { drift } from './commands/drift.ts'
import { unlock } from './commands/unlock.ts'
import { type Command, type Inputs, readInputs, regionOf } from './inputs/inputs.ts'
import { releaseOwn } from './lock/leftover-lock.ts'
import { isNotReleased, notReleased } from './lock/lock-error.ts'
import { isLockTrouble } from './lock/lock-retry.ts'
import { init } from './operations/init.ts'
import { erroredState, keepDumped, rescueState } from './operations/rescue-state.ts'
import { scrubber } from './plan-json/sensitive-values.ts'
import { tellCutShort } from './report/interrupted-changes.ts'
import { clearScratch, makeScratch, notedRun, notedSecrets, noteRun, removeScratch } from './state/scratch.ts'
import type { Run } from './state/stack.ts'
import { restoreState } from './state/state-file-aside.ts'
import { stateStore } from './state/state-store.ts'
import { Narrator } from './terraform/event-logger.ts'
import { leftRunning, type Running, waitFor } from './terraform/left-running.ts'
import { terraform } from './terraform/terraform.ts'
import { findTool } from './tool/find-tool.ts'

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
    const { migrateState } = await import('./commands/migrate-state.ts')
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
