import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import { isConnectionError } from '../../../../toolkit/http/connection-error.ts'
import type { HttpAnswer } from '../../../../toolkit/http/http.ts'
import type { Retryable } from '../../../../toolkit/retry.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'

/** An error answer of a registry, with the registry's own message. */
export class RegistryError extends SlipwayError {
  readonly status: number
  /** Code of the distribution specification: `NAME_UNKNOWN`, `TAG_INVALID`, `DENIED` … '' where the answer has none. */
  readonly code: string
  readonly retryAfterMs: number | undefined
  /** Number of the credentials that were used for this registry, from 0. */
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

/** Retries 5xx, connection errors and 429 (after the time that it gives). Any other 4xx is final. */
export function isRetryable(error: unknown): Retryable {
  if (error instanceof RegistryError) {
    if (error.status === 429) return error.retryAfterMs === undefined ? true : { afterMs: error.retryAfterMs }
    return error.status >= 500
  }
  return isConnectionError(error)
}

/**
 * True when fresh credentials may help: 401, or ECR's 403 for an expired token. The answer to a HEAD has no message, so every
 * 403 to one may be that.
 */
export const isCredentialError = (error: unknown): error is RegistryError =>
  error instanceof RegistryError &&
  (error.status === 401 ||
    (error.status === 403 && (error.code === '' || /expired|reauthenticate/i.test(error.message))))

/** Parses the error document of the distribution specification. Any other short text is the message. */
export function readErrorDocument(body: Buffer): { code: string; message: string } {
  const text = body.toString('utf8').trim()
  try {
    const { errors } = parseJson(text, 'The answer') as {
      errors?: { code?: string; message?: string; detail?: unknown }[]
    }
    const first = errors?.[0]
    if (first !== undefined) return { code: first.code ?? '', message: first.message ?? '' }
  } catch {
    // Proxies and load balancers answer with HTML or nothing.
  }
  return { code: '', message: text.length > 0 && text.length < 300 && !text.startsWith('<') ? text : '' }
}

/**
 * The error of an answer with an unexpected status. `generation` is that of the credentials that were used, `authorization` the
 * request's header.
 */
export function registryError(
  answer: HttpAnswer,
  body: Buffer,
  generation: number,
  authorization?: string,
): RegistryError {
  const status = answer.statusCode ?? 0
  const { code, message } = readErrorDocument(body)
  const seconds = Number(answer.headers['retry-after'])
  return new RegistryError([status, code, message].filter((part) => part !== '').join(' ') || String(status), {
    status,
    code,
    generation,
    retryAfterMs: seconds >= 0 ? Math.min(seconds, 60) * 1000 : undefined,
    hint: status === 401 ? refusedLogin(authorization) : undefined,
  })
}

/**
 * What to do about a refused user name and password. Tokens, which ECR gives too, have another reason. A user name that is the
 * password, as some registries want a token in both places, is not shown.
 */
function refusedLogin(authorization: string | undefined): string | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  if (user === 'AWS') return undefined
  return `The registry refuses the login${user === password ? '' : ` of \`${user}\``}: check the user name, and its password or access token.`
}

/** Adds to an error what was being done and, where the registry's code tells, the next step. */
export function failedTo(doing: string, error: unknown): unknown {
  if (error instanceof SlipwayError && !(error instanceof RegistryError)) return error
  const text = errorMessage(error)
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
  if (/immutable/i.test(text)) return 'The tag is immutable and already in use. Use another tag.'
  if (status === 401)
    return 'Log in to this registry: set `registry`, `username` and `password`, or, for ECR, AWS credentials.'
  if (status === 403) return 'The credentials lack this permission. The README lists what is needed.'
  if (status === 429)
    return 'The registry limits requests. Log in, as anonymous pulls have the lowest limit, or run the step later.'
  if (status >= 500)
    return 'The registry failed in every attempt. Run the step again later: what was pushed is not pushed again.'
  return status === 0 ? 'Check the host name and that this machine can reach it.' : undefined
}
