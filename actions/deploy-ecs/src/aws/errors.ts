import { classifyAwsError } from '../../../../toolkit/aws/aws-error.ts'

/** Whether a failed call may well succeed in a moment. */
export function isRetryable(error: unknown): boolean {
  const failure = classifyAwsError(error)
  return failure === 'throttled' || failure === 'transient'
}

/** Whether AWS will not answer, however often it is asked. */
export function isRefusal(error: unknown): boolean {
  const failure = classifyAwsError(error)
  return failure === 'denied' || failure === 'refused'
}
