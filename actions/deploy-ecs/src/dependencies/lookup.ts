import { classifyAwsError, sdkError } from '../../../../toolkit/aws/aws-error.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'

/** The result of a lookup. `unknown`: the lookup failed, which does not say whether the dependency exists. */
export type Lookup =
  | { readonly kind: 'found' }
  | { readonly kind: 'missing'; readonly problem: string; readonly fix: string }
  | { readonly kind: 'unknown'; readonly why: string }

export const FOUND: Lookup = { kind: 'found' }
export const missing = (problem: string, fix: string): Lookup => ({ kind: 'missing', problem, fix })
export const unknown = (why: string): Lookup => ({ kind: 'unknown', why })

/** How to look up a dependency. */
interface Question<T> {
  /** The IAM action, for messages. */
  readonly permission: string
  /** The dependency, for messages. */
  readonly what: string
  readonly ask: (options: { readonly abortSignal: AbortSignal }) => Promise<T>
  readonly judge: (answer: T) => Lookup
  /** The error code of AWS for a resource that does not exist, and the result for it. */
  readonly absent?: { readonly error: string; readonly lookup: Lookup }
}

/**
 * Asks AWS whether a dependency exists. The deploy can do without the answer: a call that is denied or keeps failing gives
 * `unknown`, after fewer attempts than other calls have.
 * @throws SlipwayError when the credentials have expired, CancelledError when the run is cancelled: no other call would work.
 */
export async function lookUp<T>(aws: AwsCalls, { permission, what, ask, judge, absent }: Question<T>): Promise<Lookup> {
  try {
    const answer = await retry(() => aws.callOnce('other', `look for ${what}`, ask), {
      clock: aws.clock,
      signal: aws.signal,
      attempts: 3,
      delayMs: 500,
      retryable: isRetryable,
    })
    return judge(answer)
  } catch (error) {
    const failure = classifyAwsError(error)
    const cause = sdkError(error)
    if (failure === 'cancelled' || !(cause instanceof Error)) throw error
    // A region that the account has not opted into rejects credentials that are valid everywhere else.
    if (failure === 'expired' && cause.name !== 'UnrecognizedClientException') throw error
    if (failure === 'denied') return unknown(`the credentials may not call \`${permission}\``)
    return cause.name === absent?.error ? absent.lookup : unknown(`\`${permission}\` failed with ${cause.name}`)
  }
}
