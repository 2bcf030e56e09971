import { inRegion } from '../../../toolkit/aws/region.ts'
import { describeError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { regionInput } from './inputs/inputs.ts'
import { releaseLeftoverLock } from './lock/leftover-lock.ts'
import { isLockTrouble, isNotReleased } from './lock/lock-diagnostics.ts'
import { notReleased } from './lock/lock-error.ts'
import { rescueState } from './operations/rescue-state.ts'
import { scrubber } from './plan-json/sensitive-values.ts'
import { reportInterrupted } from './report/interrupted-changes.ts'
import { writePrintedState } from './state/errored-file.ts'
import { readHandover, readSavedSecrets } from './state/handover.ts'
import { removeScratch, savedScratch } from './state/scratch.ts'
import { restoreStateFile } from './state/state-file-aside.ts'
import { stateStore } from './state/state-store.ts'
import { EventLogger } from './terraform/event-logger.ts'
import { leftRunning, type RunningCommand, waitFor } from './terraform/left-running.ts'
import { terraform } from './terraform/terraform.ts'

/** Waits for a Terraform that main did not see end, and makes sure that its state is saved and its lock released. */
export async function post(world: World): Promise<void> {
  const scratch = savedScratch(world)
  if (scratch === '') return
  restoreStateFile(scratch)
  try {
    const running = leftRunning(world.step, scratch)
    if (running !== undefined) await finish(inRegion(world, regionInput(world.env)), running, scratch)
  } finally {
    removeScratch(scratch)
  }
}

async function finish(world: World, running: RunningCommand, scratch: string): Promise<void> {
  const handover = readHandover(scratch)
  const logger = new EventLogger({
    log: world.log,
    rootModule: handover ?? { repository: '.', directory: '.' },
    scrub: scrubber(readSavedSecrets(scratch)),
    expected: isLockTrouble,
  })
  await world.log.group(`${running.command}, which continued after the step (output from its start)`, () =>
    waitFor(running, (line) => logger.line(line), world.clock),
  )
  reportEnd(world, running, logger)
  if (handover === undefined) return
  writePrintedState(logger, handover)
  const { backend } = handover
  const tf = terraform(world, handover)
  const stack = { world, tf, backend, store: stateStore(world, backend, handover) }
  const { errors } = logger
  const lock = errors.some(isLockTrouble) ? await releaseLeftoverLock(stack) : 'none'
  if (lock === 'left' && errors.some(isNotReleased)) world.log.warning(describeError(notReleased(tf, errors)))
  await rescueState(stack)
}

function reportEnd(
  { log, step }: World,
  { command }: RunningCommand,
  { applied, errors, cutShort }: EventLogger,
): void {
  if (applied !== undefined) {
    const { add, change, remove } = applied
    log.notice(`${command} completed after the step: ${add} added, ${change} changed, ${remove} destroyed.`)
  } else if (errors.length > 0 && errors.every(isNotReleased)) {
    log.notice(`${command} completed after the step.`)
  } else if (command.endsWith(' apply')) {
    log.warning(
      `${command} ended before it was complete. Run it again, and check the plan: the operations that were in progress may have to be repeated, or may be done already.`,
    )
  } else log.notice(`${command} has ended. It changed nothing; run the step again to see the plan.`)
  reportInterrupted({ log, step }, cutShort)
}
