import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { retry } from '../../../toolkit/retry.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { noteEnd } from './afterlife.ts'
import type { Terraform } from './terraform.ts'

/** Where Terraform puts a state that it could not save. */
export const ERRORED_STATE = 'errored.tfstate'

/**
 * Saves the state that Terraform could not save: pushes it again, and removes the file once it is safe.
 * @throws SlipwayError when it still cannot be saved; then the file stays, and the error says where it is.
 */
export async function rescueState(tf: Terraform, world: World): Promise<void> {
  const file = join(tf.directory, ERRORED_STATE)
  if (!existsSync(file)) return
  world.log.warning(`${tf.product} could not save its state. Pushing ${ERRORED_STATE} again.`)
  try {
    await retry(() => push(tf), {
      clock: world.clock,
      attempts: 5,
      delayMs: 2000,
      retryable: (error) => !/newer|lineage|serial/i.test(String(error)),
      onRetry: (_, attempt) => world.log.info(`Attempt ${attempt} failed; trying again.`),
    })
  } catch (cause) {
    world.report.output('errored-state-file', file)
    throw new SlipwayError(`The state could not be saved. It is kept on this runner, in \`${file}\`.`, {
      hint: `Save it before the job ends, for example by a step with \`if: always()\` that copies the output \`errored-state-file\` to a safe place (it holds secrets), then run \`${tf.product.toLowerCase()} state push ${ERRORED_STATE}\`.`,
      cause,
    })
  }
  rmSync(file)
  noteEnd(world.report)
  world.log.notice('The state that could not be saved at first is safe now.')
}

async function push(tf: Terraform): Promise<void> {
  const { code, stderr } = await tf.query(['state', 'push', '-lock-timeout=60s', ERRORED_STATE], { finish: true })
  if (code !== 0) throw new SlipwayError(`\`state push\` failed: ${stderr.trim()}`)
}
