import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Retryable } from '../../../../toolkit/retry.ts'

/** What a registry said no to, in its own words. */
export class RegistryError extends SlipwayError {
  readonly status: number
  /** The distribution specification's code: `NAME_UNKNOWN`, `TAG_INVALID`, `DENIED` … '' where it gave none. */
  readonly code: string
  readonly retryAfterMs: number | undefined
  /** Which credentials of this registry were used, counted from 0. */
  readonly generation: number

  constructor(
    message: string,
    answer: {
      readonly status: number
      readonly code: string
      readonly retryAfterMs?: number | undefined
      readonly generation?: number
      readonly hint?: string | undefined
    },
  ) {
    super(message, answer.hint === undefined ? {} : { hint: answer.hint })
    this.status = answer.status
    this.code = answer.code
    this.retryAfterMs = answer.retryAfterMs
    this.generation = answer.generation ?? 0
  }
}

const CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
])

/** A registry's bad minute passes: 5xx, broken or silent connections, and 429, which says when. Any other 4xx never does. */
export function isRetryable(error: unknown): Retryable {
  if (error instanceof RegistryError) {
    if (error.status === 429) return error.retryAfterMs === undefined ? true : { afterMs: error.retryAfterMs }
    return error.status >= 500
  }
  const codes = (current: unknown): boolean => {
    if (!(current instanceof Error)) return false
    const { code } = current as Error & { code?: string }
    if (code !== undefined && CONNECTION.has(code)) return true
    if (current instanceof AggregateError && current.errors.some(codes)) return true
    return /socket hang up|aborted/i.test(current.message) || codes(current.cause)
  }
  return codes(error)
}

/**
 * Whether fresh credentials may help: the token was missing, or, as ECR says it, has expired. The answer to a HEAD cannot say
 * why it is no; it may be that.
 */
export const isCredentialError = (error: unknown): error is RegistryError =>
  error instanceof RegistryError &&
  (error.status === 401 ||
    (error.status === 403 && (error.code === '' || /expired|reauthenticate/i.test(error.message))))

/** Reads the error document of the distribution specification, as far as it is one. */
export function readErrorDocument(body: Buffer): { code: string; message: string } {
  const text = body.toString('utf8').trim()
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string; detail?: unknown }[] }
    const first = errors?.[0]
    if (first !== undefined) return { code: first.code ?? '', message: first.message ?? '' }
  } catch {
    // Proxies and load balancers answer in HTML or not at all.
  }
  return { code: '', message: text.length > 0 && text.length < 300 && !text.startsWith('<') ? text : '' }
}
