import { isConnectionError } from '../../../../toolkit/connection-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { HttpAnswer } from '../../../../toolkit/http/http.ts'
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

/** A registry's bad minute passes: 5xx, broken or silent connections, and 429, which says when. Any other 4xx never does. */
export function isRetryable(error: unknown): Retryable {
  if (error instanceof RegistryError) {
    if (error.status === 429) return error.retryAfterMs === undefined ? true : { afterMs: error.retryAfterMs }
    return error.status >= 500
  }
  return isConnectionError(error)
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

/** The error of an answer with an unexpected status. `generation` is that of the credentials that were used. */
export function registryError(answer: HttpAnswer, body: Buffer, generation: number): RegistryError {
  const status = answer.statusCode ?? 0
  const { code, message } = readErrorDocument(body)
  const seconds = Number(answer.headers['retry-after'])
  return new RegistryError([status, code, message].filter((part) => part !== '').join(' ') || String(status), {
    status,
    code,
    generation,
    retryAfterMs: seconds >= 0 ? Math.min(seconds, 60) * 1000 : undefined,
  })
}

/** Adds to an error what was being done and, where the registry's code tells, the next step. */
export function explain(doing: string, error: unknown): unknown {
  if (error instanceof SlipwayError && !(error instanceof RegistryError)) return error
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof RegistryError && text.startsWith('Could not ')) return error
  const { status = 0, code = '', hint } = error instanceof RegistryError ? error : {}
  return Object.assign(
    new RegistryError(`Could not ${doing}${status === 0 ? '' : '. The registry says'}: ${text}`, {
      status,
      code,
      hint: hint ?? nextStep(status, code, text),
    }),
    { cause: error },
  )
}

function nextStep(status: number, code: string, text: string): string | undefined {
  if (code === 'NAME_UNKNOWN') return 'Create the repository, or, on ECR, set `create-repository: true`.'
  if (/immutable/i.test(text))
    return 'The tag is immutable and taken. Use another tag; images are told apart by digest.'
  if (status === 401)
    return 'Log in to this registry: set `registry`, `username` and `password`, or, for ECR, AWS credentials.'
  if (status === 403) return 'The credentials lack this permission. The README lists what is needed.'
  if (status === 429)
    return 'The registry limits requests. Log in (anonymous pulls are limited most), or run the step later.'
  if (status >= 500)
    return 'The registry had a bad moment for longer than we retried. Run the step again: nothing is half done.'
  return status === 0 ? 'Check the host name and that this machine can reach it.' : undefined
}
