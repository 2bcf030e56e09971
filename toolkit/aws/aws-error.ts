import { CancelledError, SlipwayError } from '../errors.ts'
import { isConnectionError } from '../http/connection-error.ts'

/**
 * The classes of failed AWS calls. A retry can fix `throttled` and `transient`, and cannot fix `expired` and `denied`. `cancelled`
 * means that this action aborted the call. `refused` is every other failure.
 */
export type AwsFailure = 'throttled' | 'transient' | 'expired' | 'denied' | 'cancelled' | 'refused'

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'LimitExceededException',
  'SlowDown',
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
])
const EXPIRED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'CredentialsProviderError',
  // Names of S3 and EC2.
  'InvalidAccessKeyId',
  'InvalidToken',
  'AuthFailure',
])
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedException', 'UnauthorizedOperation'])
const TRANSIENT = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'InternalError',
  'InternalFailure',
  'InternalServerError',
  'ServerException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'IDPCommunicationError',
  'IDPCommunicationErrorException',
])

/** The class of a failed AWS call: by error code first, then by HTTP status, then by what happened to the connection. */
export function classifyAwsError(error: unknown): AwsFailure {
  if (!(error instanceof Error)) return 'refused'
  if (error instanceof CancelledError) return 'cancelled'
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } }
  // The SDK wraps an error of another realm, as under Jest, and keeps its name only in the message.
  const name = /^AWS SDK error wrapper for (\w+)/.exec(error.message)?.[1] ?? error.name
  const status = $metadata?.httpStatusCode
  if (name === 'AbortError') return 'cancelled'
  const known = (names: ReadonlySet<string>) => names.has(name) || (code !== undefined && names.has(code))
  if (known(THROTTLED) || status === 429) return 'throttled'
  if (known(EXPIRED)) return 'expired'
  if (known(DENIED)) return 'denied'
  if (known(TRANSIENT) || (status !== undefined && status >= 500) || isConnectionError(error)) return 'transient'
  if (isIssuerUnread(error)) return 'transient'
  return error.cause instanceof Error ? classifyAwsError(error.cause) : 'refused'
}

/**
 * True where STS could not read the signing keys of a token's issuer: often only for a moment. Also in calls of other services, whose
 * credentials the SDK gets with a token, as in a pod of EKS.
 */
export const isIssuerUnread = (error: unknown): boolean =>
  error instanceof Error &&
  (/^IDPCommunicationError/.test(error.name) ||
    (/^InvalidIdentityToken/.test(error.name) && /verification key/i.test(error.message)))

/** What to do about a signature that AWS refused. The SDK corrects the time of a request by the server's; this is left where it could not. */
function signatureHint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const isSkewed = /signature (has )?expired|not yet current|time(stamp)? .*(skew|too large|too old|expired)/i
  if (/^(RequestTimeTooSkewed|RequestInTheFuture)$/.test(error.name) || isSkewed.test(error.message)) {
    return 'The clock of this runner is wrong by more than five minutes. Set it, for example with NTP.'
  }
  if (!/^(SignatureDoesNotMatch|InvalidSignatureException)$/.test(error.name)) return undefined
  return '`AWS_SECRET_ACCESS_KEY` does not belong to `AWS_ACCESS_KEY_ID`, or was copied incompletely.'
}

/**
 * Wraps an error of an AWS call: says which call failed, and what to do where the class of the error tells. Keeps the SDK's
 * message, as that is what people search for.
 */
export function awsError(error: unknown, doing: string): SlipwayError {
  if (error instanceof SlipwayError) return error
  if (error instanceof Error && error.name === 'RangeError' && /call stack/.test(error.message))
    return tooDeep(error, doing)
  const hint = endpointHint(error) ?? signatureHint(error) ?? HINTS[classifyAwsError(error)] ?? foreignHint(error)
  const cause = readable(error)
  return new SlipwayError(
    `Could not ${doing}. ${awsErrorText(error)}`,
    hint === undefined ? { cause } : { hint, cause },
  )
}

/** The SDK's message, and what it leaves out: that an endpoint is no address, or that AWS did not answer. */
export function awsErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isMalformedEndpoint(error)) return 'The endpoint of AWS is not an address.'
  // A name such as `AccessDeniedException` is worth a search, `Error` is not.
  const text = error.name === 'Error' ? error.message : String(error)
  if (!isForeign(error)) return text
  const { $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode === undefined ? '' : ` with status ${$metadata.httpStatusCode}`
  const said = text.replace(UNREAD, '')
  return said === text
    ? `The answer${status} has no error code of AWS (${error.message}).`
    : `The answer${status} is not one of AWS: ${said}`
}

const isMalformedEndpoint = (error: Error): boolean => (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL'

/** What the SDK adds to the error of an answer that it cannot read. */
const UNREAD = /\s*Deserialization error: to see the raw response.*/s

/** The same error without the advice to look into an object, which readers of a log cannot. */
const readable = (error: unknown): unknown =>
  error instanceof Error && UNREAD.test(error.message)
    ? Object.create(error, { message: { value: error.message.replace(UNREAD, '') } })
    : error

/** True for an answer that is not AWS's, such as the page of a proxy: it cannot be read, or has no error code. */
const isForeign = (error: Error): boolean =>
  UNREAD.test(error.message) || (error.name === 'Unknown' && /^Unknown(Error)?$/.test(error.message))

const foreignHint = (error: unknown): string | undefined =>
  error instanceof Error && isForeign(error)
    ? 'Something other than AWS answered. Check `AWS_ENDPOINT_URL` and the proxy of this runner.'
    : undefined

const endpointHint = (error: unknown): string | undefined =>
  error instanceof Error && isMalformedEndpoint(error)
    ? 'Write `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_…` of the service or `endpoint_url` of the profile in full, such as `https://host:port`, or unset it.'
    : missingEndpoint(error)

/** A hint for a host of AWS that does not exist because of a setting: not every region has such endpoints of every service. */
function missingEndpoint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, hostname, cause } = error as Error & { readonly code?: string; readonly hostname?: string }
  if (code !== 'ENOTFOUND' || hostname === undefined) return missingEndpoint(cause)
  if (!/\.(amazonaws\.com(\.cn)?|api\.(aws|amazonwebservices\.com\.cn))$/.test(hostname)) return undefined
  const settings = [
    ...(/[.-]fips\./.test(hostname) ? ['AWS_USE_FIPS_ENDPOINT, or `use_fips_endpoint`'] : []),
    ...(/\.dualstack\.|\.api\.\w+/.test(hostname) ? ['AWS_USE_DUALSTACK_ENDPOINT, or `use_dualstack_endpoint`'] : []),
  ]
  if (settings.length === 0) return undefined
  return `AWS has no endpoint \`${hostname}\`, or DNS does not know it. ${settings.map((setting) => `${setting} of the profile or the backend, is set`).join('; ')}: unset it, or use a region that has such endpoints.`
}

/** The SDK follows an answer level by level. */
const tooDeep = (cause: Error, doing: string) =>
  new SlipwayError(`Could not ${doing}. The answer has too many levels of lists and objects.`, {
    hint: 'AWS does not answer so. Check `AWS_ENDPOINT_URL` and the proxy of this runner.',
    cause,
  })

/** The SDK's error inside one that `awsError` made. Any other error as it is. */
export const sdkError = (error: unknown): unknown => (error instanceof SlipwayError ? error.cause : error)

const HINTS: Readonly<Partial<Record<AwsFailure, string>>> = {
  throttled: 'AWS still throttled the call after all retries. Run the step again, or spread deploys over time.',
  transient: 'AWS or the network still failed after all retries. Run the step again.',
  expired:
    'The AWS credentials are missing, invalid or expired. Run assume-role or aws-actions/configure-aws-credentials in an earlier step of this job; for long jobs raise `role-duration-seconds`.',
  denied: "The role lacks this permission. The action's README lists the ones it needs.",
}
