import type { World } from '../../../../toolkit/runtime.ts'

const ATTEMPTS = 5
const PAUSE_MS = 400

/**
 * Repeats a task while its result says that it missed the lock, five times in all. Terraform does not wait for such a lock, whatever
 * its -lock-timeout, and has changed nothing then.
 */
export async function retryMissedLock<T>(
  { clock, log, signal }: World,
  task: () => Promise<T>,
  missed: (result: T) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const result = await task()
    if (attempt === ATTEMPTS || !missed(result)) return result
    log.info('The lock should be free by now; trying again.')
    await clock.sleep(PAUSE_MS * (0.5 + Math.random()), signal)
  }
}
