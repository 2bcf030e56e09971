import { AwsError } from '../kernel/errors.ts'

export interface WebIdentity {
  readonly subject: string
  readonly audience: string
  readonly issuer: string
}

const AUDIENCE = 'sts.amazonaws.com'

/**
 * Reads an OpenID Connect token as STS does, but does not check its signature: the rehearsal's issuer publishes no keys.
 * `now` is in milliseconds.
 */
export function readWebIdentity(token: string, now: number): WebIdentity {
  const claims = claimsOf(token)
  const { sub, iss, exp } = claims
  if (typeof sub !== 'string' || typeof iss !== 'string' || typeof exp !== 'number') throw notAToken()
  if (exp * 1000 <= now) {
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${Math.floor(now / 1000)} must be before the expiration date/time ${exp}`,
    )
  }
  const audiences = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  if (!audiences.includes(AUDIENCE)) throw new AwsError('InvalidIdentityToken', 'Incorrect token audience')
  return { subject: sub, audience: AUDIENCE, issuer: iss }
}

function claimsOf(token: string): Record<string, unknown> {
  const parts = token.split('.')
  if (parts.length !== 3) throw notAToken()
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'))
    if (typeof claims === 'object' && claims !== null) return claims as Record<string, unknown>
  } catch {
    // Handled below.
  }
  throw notAToken()
}

const notAToken = () =>
  new AwsError(
    'InvalidIdentityToken',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  )
