import type { World } from '../../../toolkit/runtime.ts'
import { clearSession } from './exported.ts'
import { EXPORTED } from './main.ts'
import type { Runner } from './runner.ts'

/** Clears the credentials at the end of the job, after the post steps of all actions that used them. */
export async function post({ step, log }: World, runner: Runner): Promise<void> {
  if (step.state(EXPORTED) !== 'true') return
  clearSession(runner)
  log.info('Cleared the AWS credentials from the environment.')
}
