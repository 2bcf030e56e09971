// One list of connection errors for everything that asks over a network: AWS, registries, Datadog, downloads.

/** Codes of Node, of libuv and of undici for a connection that could not be made or did not last. */
const CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  // DNS. ENOTFOUND may also be a mistyped host; but a resolver under load answers it for hosts that exist.
  'EAI_AGAIN',
  'ENOTFOUND',
  'ERR_STREAM_PREMATURE_CLOSE',
  // undici has more codes, which speak of wrong arguments and of clients that were closed on purpose.
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

/** What some libraries throw without a code. */
const MESSAGES =
  /^(?:socket hang up|aborted|premature close|other side closed|Client network socket disconnected before secure TLS connection was established)$/i

const CANCELLED: ReadonlySet<string> = new Set(['AbortError', 'CancelledError'])

/**
 * True for an error of the connection itself, which a retry may fix: refused, reset, timed out, unreachable, not resolved, cut
 * off in the middle of an answer, or an answer that Node's HTTP parser cannot read. Looks into `cause` and, for an
 * AggregateError (a host with several addresses), into `errors`.
 * False for a certificate that is not trusted, for a cancelled request and for every answer, whatever its status.
 */
export function isConnectionError(error: unknown, depth = 0): boolean {
  // By its members and not by instanceof: an error of another realm, as under Jest, is no `Error` of this one.
  if (typeof error !== 'object' || error === null || depth > 8) return false
  const { name, code, message, cause, errors, statusCode } = error as Readonly<Record<string, unknown>>
  if (CANCELLED.has(`${name}`)) return false
  if (typeof code === 'string') {
    // The parser's errors: HPE_INVALID_CONSTANT, HPE_INVALID_EOF_STATE, …
    if (CODES.has(code) || code.startsWith('HPE_')) return true
    // A proxy that closed the connection, or could not reach the host. One that refused it (403, 407) refuses it again.
    if (code === 'ERR_PROXY_TUNNEL') return statusCode === undefined || Number(statusCode) >= 500
  } else if (typeof message === 'string' && MESSAGES.test(message)) {
    return true
  }
  if (Array.isArray(errors) && errors.some((one) => isConnectionError(one, depth + 1))) return true
  return isConnectionError(cause, depth + 1)
}
