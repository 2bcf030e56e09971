import type { World } from '../../../toolkit/runtime.ts'
import { clearSession } from './exported.ts'
import { EXPORTED } from './main.ts'
import type { Runner } from './runner.ts'

/** Takes the credentials away at the end of the job, after the post steps of all actions that used them. */
export async function post({ report, log }: World, runner: Runner): Promise<void> {
  if (report.state(EXPORTED) !== 'true') return
  clearSession(runner)
  log.info('The credentials are cleared.')
}
