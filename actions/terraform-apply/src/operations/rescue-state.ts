import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { releaseOwn } from '../lock/leftover-lock.ts'
import { parseExactly } from '../state/exact-json.ts'
import type { Run } from '../state/stack.ts'
import { parseState } from '../state/state-format.ts'
import type { StateStore } from '../state/state-store.ts'
import type { Narrator } from '../terraform/event-logger.ts'
import { noteEnd } from '../terraform/left-running.ts'

/** Where Terraform puts a state that it could not save. */
export const ERRORED_STATE = 'errored.tfstate'

/** The state that could not be saved: where Terraform put it, or in our own folder where it could only print it. */
export const erroredState = ({ directory, scratch }: ErroredPlaces): string | undefined =>
  [directory, scratch]
    .map((folder) => join(folder, ERRORED_STATE))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)

type ErroredPlaces = Pick<Run['tf'], 'directory' | 'scratch'>

/** Keeps a state that Terraform printed, as it could write it nowhere. */
export function keepDumped({ dumped }: Narrator, { scratch }: Pick<ErroredPlaces, 'scratch'>): void {
  if (dumped === undefined) return
  const { state } = parseExactly(dumped) as { readonly state: unknown }
  writeFileSync(join(scratch, ERRORED_STATE), JSON.stringify(state), { mode: 0o600 })
}

/**
 * Saves the state that Terraform could not save: pushes it again, and removes the file once it is safe. `false` where there
 * is none to save. Never over what another apply has saved meanwhile, though Terraform would: it compares serials only, and
 * counts one up with each attempt.
 * @throws SlipwayError when it still cannot be saved; then the file stays, a copy goes beside the state where that can be
 * done, and the error says where they are.
 */
export async function rescueState(run: Omit<Run, 'inputs'>): Promise<boolean> {
  const { tf, store, world } = run
  const file = erroredState(tf)
  if (file === undefined) return false
  world.log.warning(`${tf.product} could not save its state. Pushing ${ERRORED_STATE} again.`)
  const before = await serialThere(store)
  try {
    await retry(() => push(run, file, before), {
      clock: world.clock,
      attempts: 5,
      delayMs: 2000,
      retryable: (error) => !(error instanceof OvertakenError) && !/newer|lineage|serial/i.test(String(error)),
      onRetry: (_, attempt) => world.log.info(`Attempt ${attempt} failed; trying again.`),
    })
  } catch (cause) {
    world.step.output('errored-state-file', file)
    const copy = await copyBeside(file, store, world)
    const place = copy ?? `\`${file}\` on this runner`
    throw new SlipwayError(`The state could not be saved. It is kept in ${place}.`, {
      hint: [...(copy === undefined ? [SAVE_IT] : []), whatNext(cause, tf)].join(' '),
      cause,
    })
  }
  rmSync(file)
  noteEnd(world.step)
  world.log.notice('The state that could not be saved at first is safe now.')
  return true
}

const SAVE_IT =
  'Save it before the job ends, for example by a step with `if: always()` that copies the output `errored-state-file` to a safe place (it holds secrets).'

function whatNext(cause: unknown, { product }: Run['tf']): string {
  if (cause instanceof OvertakenError) {
    return 'Nobody may push it now: that would undo what the other apply saved. Compare the two, and bring over what only this one has, with `terraform import`.'
  }
  const program = product === 'OpenTofu' ? 'tofu' : 'terraform'
  return `Find out why it cannot be saved, fetch it from there as ${ERRORED_STATE}, and run \`${program} state push ${ERRORED_STATE}\` before anything else is applied.`
}

/** Where a copy was put that outlives the runner; `undefined` when there was no such place. */
async function copyBeside(file: string, store: StateStore | undefined, world: World): Promise<string | undefined> {
  if (store === undefined) return undefined
  const { id, attempt } = readWorkflowRun(world.env)
  const suffix = `.errored-${id === '' ? world.clock.now() : `${id}-${attempt}`}`
  try {
    // Never over another one: an earlier copy may be the only trace of something.
    return (await store.create(suffix, readFileSync(file))) ? `\`${store.address(suffix)}\`` : undefined
  } catch {
    return undefined
  }
}

/** Another apply has saved its state since ours could not. */
class OvertakenError extends SlipwayError {}

/** The serial of the state that is there: 0 for none; `undefined` when that cannot be told. */
async function serialThere(store: StateStore | undefined): Promise<number | undefined> {
  if (store === undefined) return undefined
  try {
    const text = await store.read()
    return text === undefined ? 0 : parseState(text, store.address()).serial
  } catch {
    return undefined
  }
}

async function push(run: Omit<Run, 'inputs'>, file: string, before: number | undefined): Promise<void> {
  const now = await serialThere(run.store)
  if (before !== undefined && now !== undefined && now !== before) {
    throw new OvertakenError(`Another apply has saved its state meanwhile, as serial ${now}.`)
  }
  const { code, stderr } = await run.tf.query(['state', 'push', '-lock-timeout=60s', file], { finish: true })
  if (code === 0) return
  // The lock that is in the way may be the one of the apply itself.
  if (/the state lock/.test(stderr)) await releaseOwn(run)
  throw new SlipwayError(`\`state push\` failed: ${stderr.trim()}`)
}
