import { AwsError } from '../kernel/errors.ts'
import type { Protocol } from '../kernel/service.ts'

// AWS has different errors for the same bad credentials in each protocol.

const EXPIRED = 'The security token included in the request is expired'
const INVALID = 'The security token included in the request is invalid.'

export function credentialsExpired(protocol: Protocol): AwsError {
  switch (protocol) {
    case 'json':
      return new AwsError('ExpiredTokenException', EXPIRED, 400)
    case 'rest-json':
      return new AwsError('ExpiredTokenException', EXPIRED, 403)
    case 'query':
      return new AwsError('ExpiredToken', EXPIRED, 403)
    case 'ec2':
      return new AwsError('RequestExpired', 'Request has expired.', 400)
    case 'rest-xml':
      return new AwsError('ExpiredToken', 'The provided token has expired.', 400)
  }
}

export function credentialsUnknown(protocol: Protocol): AwsError {
  switch (protocol) {
    case 'json':
      return new AwsError('UnrecognizedClientException', INVALID, 400)
    case 'rest-json':
      return new AwsError('UnrecognizedClientException', INVALID, 403)
    case 'query':
      return new AwsError('InvalidClientTokenId', INVALID, 403)
    case 'ec2':
      return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)
    case 'rest-xml':
      return new AwsError(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        403,
      )
  }
}

export function credentialsMissing(protocol: Protocol): AwsError {
  if (protocol === 'rest-xml') return new AwsError('AccessDenied', 'Access Denied', 403)
  if (protocol === 'query' || protocol === 'ec2')
    return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
  return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
}
