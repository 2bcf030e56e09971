import { classifyAwsError } from '../../../../toolkit/aws.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { passes } from '../aws/errors.ts'

/** What became of looking for something. What could not be seen says nothing of whether it is there. */
export type Finding =
  | { readonly is: 'there' }
  | { readonly is: 'wrong'; readonly problem: string; readonly fix: string }
  | { readonly is: 'unseen'; readonly why: string }

export const THERE: Finding = { is: 'there' }
export const wrong = (problem: string, fix: string): Finding => ({ is: 'wrong', problem, fix })
export const unseen = (why: string): Finding => ({ is: 'unseen', why })

/** How to ask AWS for something, and what its answer means. */
interface Question<T> {
  readonly permission: string
  readonly what: string
  readonly ask: (options: { readonly abortSignal: AbortSignal }) => Promise<T>
  readonly judge: (answer: T) => Finding
  /** The error by which AWS says that there is no such thing, and what to do then. */
  readonly absent?: { readonly error: string; readonly finding: Finding }
}

/**
 * Asks AWS whether something is there. Looking is a courtesy: what the role may not see, or AWS cannot tell, is left unseen,
 * after fewer tries than a call gets that the deploy cannot do without.
 * @throws SlipwayError when the credentials have expired, CancelledError when the run was cancelled: no other call would work.
 */
export async function lookFor<T>(
  aws: AwsCalls,
  { permission, what, ask, judge, absent }: Question<T>,
): Promise<Finding> {
  try {
    const answer = await retry(() => aws.callOnce('other', `look for ${what}`, ask), {
      clock: aws.clock,
      signal: aws.signal,
      attempts: 3,
      delayMs: 500,
      retryable: passes,
    })
    return judge(answer)
  } catch (error) {
    const failure = classifyAwsError(error)
    const cause = error instanceof SlipwayError ? error.cause : error
    if (failure === 'cancelled' || !(cause instanceof Error)) throw error
    // A region that the account has not opted into does not know credentials that are good everywhere else.
    if (failure === 'expired' && cause.name !== 'UnrecognizedClientException') throw error
    if (failure === 'denied') return unseen(`the credentials may not call \`${permission}\``)
    return cause.name === absent?.error ? absent.finding : unseen(`\`${permission}\` answered ${cause.name}`)
  }
}
