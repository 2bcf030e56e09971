import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'

/** True for errors that a retry can fix: throttling, server errors and connection errors. */
export function isRetryable(error: unknown): boolean {
  const failure = classifyAwsError(error)
  return failure === 'throttled' || failure === 'transient'
}

/** True for errors of this call that a retry cannot fix: denied or invalid. False for expired credentials, which fail every call. */
export function isRefusal(error: unknown): boolean {
  const failure = classifyAwsError(error)
  return failure === 'denied' || failure === 'refused'
}
