import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import { openExchange, type TextAnswer } from '../../../../toolkit/http/exchange.ts'
import { type Retryable, retry } from '../../../../toolkit/retry.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { sentence } from '../../../../toolkit/text/sentence.ts'

/** A token has about 2 kB. */
const LIMIT_BYTES = 1024 * 1024
const ATTEMPTS = 5
/** No pause begins that would end later than this after the first attempt. */
const TOTAL_MS = 60_000

/**
 * The job's OpenID Connect token for `audience`, from GitHub. Asks again while GitHub or the network fails: 5 times at most,
 * within about a minute. Not by @actions/core: its client has no limit for what it reads, and a proxy rule of its own.
 * @throws SlipwayError with what GitHub answered or what the connection did, and what to do about that.
 */
export async function requestJobToken(
  audience: string,
  { env, clock, signal, log }: Pick<World, 'env' | 'clock' | 'signal' | 'log'>,
): Promise<string> {
  const exchange = openExchange(env)
  const url = URL.parse(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '')
  if (url === null) {
    throw new SlipwayError('`ACTIONS_ID_TOKEN_REQUEST_URL` is not an address.', {
      hint: 'The runner sets it. Check that nothing sets it under `env:`.',
    })
  }
  url.searchParams.set('audience', audience)
  const headers = { accept: 'application/json', authorization: `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` }
  const request = { method: 'GET', url: url.href, headers } as const
  let attempts = 0
  const ask = async (attempt: number) => {
    attempts = attempt
    return readToken(await exchange(request, { timeoutMs: 15_000, limitBytes: LIMIT_BYTES, signal }))
  }
  try {
    return await retry(ask, {
      clock,
      signal,
      attempts: ATTEMPTS,
      delayMs: 1_000,
      until: clock.now() + TOTAL_MS,
      retryable: (error) => isConnectionError(error) || (error instanceof BadAnswer && error.passes),
      onRetry: (error, attempt, pauseMs) =>
        log.info(`${tried(error)} Attempt ${attempt + 1} of ${ATTEMPTS} in ${formatDuration(pauseMs)}.`),
    })
  } catch (error) {
    throwIfCancelled(signal)
    const times = attempts === 1 ? '' : ` in ${attempts} attempts`
    const what = error instanceof BadAnswer ? `it ${error.message}` : errorMessage(error)
    throw new SlipwayError(`GitHub did not issue an OIDC token for the job${times}: ${what}`, {
      hint: error instanceof BadAnswer ? hintFor(error) : unreachable(url),
      cause: error,
    })
  }
}

/** An answer without a token. Its message goes on from `GitHub`. */
class BadAnswer extends SlipwayError {
  readonly status: number
  readonly passes: Retryable

  constructor(message: string, { status, headers }: TextAnswer) {
    super(message)
    this.status = status
    const seconds = Number(headers['retry-after'])
    const afterMs = seconds > 0 ? Math.min(seconds, 30) * 1000 : undefined
    const passing = status === 200 || status === 408 || status === 429 || status >= 500
    this.passes = passing && (afterMs === undefined ? true : { afterMs })
  }
}

function readToken(answer: TextAnswer): string {
  if (answer.cut !== undefined) throw answer.cut
  if (answer.status !== 200) throw new BadAnswer(`answered with status ${answer.status}.`, answer)
  const { value } = parse(answer.text)
  if (typeof value === 'string' && value !== '') return value
  throw new BadAnswer('answered without a token.', answer)
}

function parse(text: string): { readonly value?: unknown } {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

const tried = (error: unknown) =>
  error instanceof BadAnswer
    ? `GitHub ${error.message.replace(/^answered/, 'answered the request for an OIDC token')}`
    : `Could not ask GitHub for an OIDC token. ${sentence(errorMessage(error))}`

function hintFor({ status, passes }: BadAnswer): string {
  if (passes !== false) {
    return 'Run the job again. If it fails again, check https://www.githubstatus.com, and the proxy of this runner if it has one.'
  }
  return status === 401 || status === 403
    ? 'Check that the job has `permissions: id-token: write`, and that nothing sets `ACTIONS_ID_TOKEN_REQUEST_TOKEN` or `ACTIONS_ID_TOKEN_REQUEST_URL` under `env:`.'
    : 'Check `audience`: the usual one is `sts.amazonaws.com`.'
}

const unreachable = ({ host }: URL) =>
  `Run the job again. If it fails again, check that this runner reaches \`${host}\` (with \`HTTPS_PROXY\` and \`NO_PROXY\` if it has a proxy), and https://www.githubstatus.com.`
