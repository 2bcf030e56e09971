import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'

/** What became of looking for something. What could not be seen says nothing of whether it is there. */
export type Lookup =
  | { readonly kind: 'found' }
  | { readonly kind: 'missing'; readonly problem: string; readonly fix: string }
  | { readonly kind: 'unknown'; readonly why: string }

export const FOUND: Lookup = { kind: 'found' }
export const missing = (problem: string, fix: string): Lookup => ({ kind: 'missing', problem, fix })
export const unknown = (why: string): Lookup => ({ kind: 'unknown', why })

/** How to ask AWS for something, and what its answer means. */
interface Question<T> {
  readonly permission: string
  readonly what: string
  readonly ask: (options: { readonly abortSignal: AbortSignal }) => Promise<T>
  readonly judge: (answer: T) => Lookup
  /** The error by which AWS says that there is no such thing, and what to do then. */
  readonly absent?: { readonly error: string; readonly lookup: Lookup }
}

/**
 * Asks AWS whether something is there. Looking is a courtesy: what the role may not see, or AWS cannot tell, is left unseen,
 * after fewer tries than a call gets that the deploy cannot do without.
 * @throws SlipwayError when the credentials have expired, CancelledError when the run was cancelled: no other call would work.
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
    const cause = error instanceof SlipwayError ? error.cause : error
    if (failure === 'cancelled' || !(cause instanceof Error)) throw error
    // A region that the account has not opted into does not know credentials that are good everywhere else.
    if (failure === 'expired' && cause.name !== 'UnrecognizedClientException') throw error
    if (failure === 'denied') return unknown(`the credentials may not call \`${permission}\``)
    return cause.name === absent?.error ? absent.lookup : unknown(`\`${permission}\` answered ${cause.name}`)
  }
}
