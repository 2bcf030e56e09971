import type { Answer, RequestHead } from '../kernel/call.ts'
import type { AwsError } from '../kernel/errors.ts'

/** The client's password: of the user `AWS`, or the token in a layer's download URL. */
export function credentialsOf({ headers, url }: RequestHead): string | undefined {
  const [scheme = '', encoded = ''] = (headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() !== 'basic') return url.searchParams.get('token') ?? undefined
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return user === 'AWS' ? password : ''
}

/** Asks an unknown client to log in. */
export const challenge = ({ url }: RequestHead): Answer => ({
  status: 401,
  headers: {
    'www-authenticate': `Basic realm="http://${url.host}/",service="ecr.amazonaws.com"`,
    'docker-distribution-api-version': 'registry/2.0',
    'content-type': 'text/plain; charset=utf-8',
  },
  body: 'Not Authorized\n',
})

// The registry returns the errors of ECR's API with the codes of Docker's registry API.
const CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  RepositoryNotFoundException: ['NAME_UNKNOWN', 404],
  ImageNotFoundException: ['MANIFEST_UNKNOWN', 404],
  ImageTagAlreadyExistsException: ['TAG_INVALID', 400],
  LayersNotFoundException: ['BLOB_UNKNOWN', 404],
  InvalidParameterException: ['MANIFEST_INVALID', 400],
  AccessDeniedException: ['DENIED', 403],
}

export function writeRefusal(error: AwsError): Answer {
  const [code, status] = CODES[error.code] ?? [error.code, error.status]
  return {
    status,
    headers: { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' },
    body: JSON.stringify({ errors: [{ code, message: error.message }] }),
  }
}
