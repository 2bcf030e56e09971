import { SlipwayError } from '../../../toolkit/errors.ts'
import { isConnectionError } from '../../../toolkit/http/connection-error.ts'
import { openExchange } from '../../../toolkit/http/exchange.ts'
import { retry } from '../../../toolkit/retry.ts'
import type { World } from '../../../toolkit/runtime.ts'

/** A token has about 2 kB. */
const LIMIT_BYTES = 1024 * 1024

/**
 * The job's OpenID Connect token for `audience`, from GitHub. Not by @actions/core: its client has no limit for what it reads, and
 * a proxy rule of its own.
 * @throws SlipwayError with the status, when GitHub gives none.
 */
export function requestJobToken(audience: string, { env, clock, signal }: Pick<World, 'env' | 'clock' | 'signal'>) {
  const exchange = openExchange(env)
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '')
  url.searchParams.set('audience', audience)
  const headers = { accept: 'application/json', authorization: `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` }
  const request = { method: 'GET', url: url.href, headers } as const
  const ask = async () => {
    const answer = await exchange(request, { timeoutMs: 15_000, limitBytes: LIMIT_BYTES, signal })
    if (answer.cut !== undefined) throw answer.cut
    if (answer.status !== 200) throw new TokenError(`GitHub answered with status ${answer.status}.`, answer.status)
    return readToken(answer.text)
  }
  return retry(ask, {
    clock,
    signal,
    attempts: 5,
    delayMs: 500,
    retryable: (error) => isConnectionError(error) || (error instanceof TokenError && error.passes),
  })
}

class TokenError extends SlipwayError {
  readonly passes: boolean

  constructor(message: string, status: number) {
    super(message)
    this.passes = status === 408 || status === 429 || status >= 500
  }
}

function readToken(text: string): string {
  const { value } = parse(text)
  if (typeof value === 'string' && value !== '') return value
  throw new TokenError('GitHub answered without a token.', 200)
}

function parse(text: string): { readonly value?: unknown } {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
