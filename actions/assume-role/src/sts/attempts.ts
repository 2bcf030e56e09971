import { awsError, awsErrorText, classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'

const ATTEMPTS = 5
/** No pause begins that would end later than this after the first attempt. */
const TOTAL_MS = 60_000

interface Call<T> {
  /** What the call does, after `Could not`. */
  readonly doing: string
  readonly task: () => Promise<T>
  /** Further errors of this call that pass. */
  readonly passes?: (error: unknown) => boolean
  /** What to do about an error that lasts; without it, what all AWS calls say. */
  readonly hint: (error: unknown) => string | undefined
}

/**
 * Calls STS, and again while it fails in a way that passes: 5 times at most, within a minute. The SDK itself asks 5 times within
 * some seconds, and knows nothing of IAM's eventual consistency.
 * @throws SlipwayError with the number of attempts, CancelledError.
 */
export async function callSts<T>({ doing, task, passes = () => false, hint }: Call<T>, world: World): Promise<T> {
  const { clock, signal, log } = world
  let attempts = 0
  try {
    return await retry(
      (attempt) => {
        attempts = attempt
        return task()
      },
      {
        clock,
        signal,
        attempts: ATTEMPTS,
        delayMs: 1_000,
        until: clock.now() + TOTAL_MS,
        retryable: (error) => !signal.aborted && (passesAlways(error) || passes(error)),
        onRetry: (error, attempt, pauseMs) =>
          log.info(
            `Could not ${doing}. ${sentence(awsErrorText(error))} Attempt ${attempt + 1} of ${ATTEMPTS} in ${formatDuration(pauseMs)}.`,
          ),
      },
    )
  } catch (error) {
    throwIfCancelled(signal)
    const failure = awsError(error, attempts === 1 ? doing : `${doing} in ${attempts} attempts`)
    const said = hint(error)
    throw said === undefined ? failure : new SlipwayError(failure.message, { hint: said, cause: error })
  }
}

const passesAlways = (error: unknown) => ['transient', 'throttled'].includes(classifyAwsError(error))
