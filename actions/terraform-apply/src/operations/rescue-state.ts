import { readFileSync, rmSync } from 'node:fs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { releaseLeftoverLock } from '../lock/leftover-lock.ts'
import { ERRORED_STATE, erroredState } from '../state/errored-file.ts'
import type { StackState } from '../state/stack.ts'
import { parseState } from '../state/state-format.ts'
import type { StateStore } from '../state/state-store.ts'
import { saveEnd } from '../terraform/left-running.ts'
import type { Terraform } from '../terraform/terraform.ts'

/**
 * Saves the state that Terraform could not save: pushes it again, and removes the file once it is saved. Returns `false` when there
 * is none. Never overwrites a state that another apply has saved since. Terraform would: it compares serials only, and increments
 * its serial with each attempt to save.
 * @throws SlipwayError when the state still cannot be saved. Then the file is kept, a copy is put beside the state where that is
 * possible, and the error says where both are.
 */
export async function rescueState(stack: StackState): Promise<boolean> {
  const { world, tf, store } = stack
  const file = erroredState(tf)
  if (file === undefined) return false
  world.log.warning(`${tf.product} could not save its state. Pushing ${ERRORED_STATE} again.`)
  const serial = await savedSerial(store)
  try {
    await retry(() => push(stack, file, serial), {
      clock: world.clock,
      attempts: 5,
      delayMs: 2000,
      retryable: (error) => !(error instanceof OvertakenError) && !/newer|lineage|serial/i.test(String(error)),
      onRetry: (_, attempt) => world.log.info(`Attempt ${attempt} failed; trying again.`),
    })
  } catch (cause) {
    world.step.output('errored-state-file', file)
    const copy = await copyBeside(world, store, file)
    throw new SlipwayError(`The state could not be saved. It is kept in ${copy ?? `\`${file}\` on this runner`}.`, {
      hint: [...(copy === undefined ? [KEEP_IT] : []), nextStep(cause, tf, copy)].join(' '),
      cause,
    })
  }
  rmSync(file)
  saveEnd(world.step)
  world.log.notice('The state that could not be saved at first is now saved.')
  return true
}

const KEEP_IT =
  'Save it before the job ends, for example by a step with `if: always()` that copies the file in the output `errored-state-file` to a safe place (it holds secrets).'

function nextStep(cause: unknown, { product }: Terraform, copy: string | undefined): string {
  if (cause instanceof OvertakenError) {
    return 'Do not push it: that would undo what the other apply saved. Compare the two states, and bring over what only this one has, with `terraform import`.'
  }
  const program = product === 'OpenTofu' ? 'tofu' : 'terraform'
  const fetch = copy === undefined ? `rename the copy to ${ERRORED_STATE}` : `download ${copy} as ${ERRORED_STATE}`
  return `Find out why it cannot be saved, ${fetch}, and run \`${program} state push ${ERRORED_STATE}\` before anything else is applied.`
}

/** Copies the file to an object beside the state, which outlives the runner. Returns its address; `undefined` when that failed. */
async function copyBeside(world: World, store: StateStore | undefined, file: string): Promise<string | undefined> {
  if (store === undefined) return undefined
  const { id, attempt } = readWorkflowRun(world.env)
  const suffix = `.errored-${id === '' ? world.clock.now() : `${id}-${attempt}`}`
  try {
    // Never over an earlier copy, which may be the only record of a resource.
    return (await store.create(suffix, readFileSync(file))) ? `\`${store.address(suffix)}\`` : undefined
  } catch {
    return undefined
  }
}

/** Another apply has saved its state since this one could not. */
class OvertakenError extends SlipwayError {}

/** The serial of the saved state: 0 when there is none, `undefined` when it cannot be read. */
async function savedSerial(store: StateStore | undefined): Promise<number | undefined> {
  if (store === undefined) return undefined
  try {
    const text = await store.read()
    return text === undefined ? 0 : parseState(text, store.address()).serial
  } catch {
    return undefined
  }
}

async function push(stack: StackState, file: string, before: number | undefined): Promise<void> {
  const now = await savedSerial(stack.store)
  if (before !== undefined && now !== undefined && now !== before) {
    throw new OvertakenError(`Another apply has saved its state since, with serial ${now}.`)
  }
  const { code, stderr } = await stack.tf.exec(['state', 'push', '-lock-timeout=60s', file], { finish: true })
  if (code === 0) return
  // The lock may be the one of the apply itself.
  if (/the state lock/.test(stderr)) await releaseLeftoverLock(stack)
  throw new SlipwayError(`\`state push\` failed: ${stderr.trim()}`)
}
