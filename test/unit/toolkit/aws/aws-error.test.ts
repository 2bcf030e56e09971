import { type AwsFailure, awsError, classifyAwsError, sdkError } from '../../../../toolkit/aws/aws-error.ts'
import { CancelledError, describeError, SlipwayError } from '../../../../toolkit/errors.ts'

const failure = (name: string, more: object = {}) => Object.assign(new Error('said AWS'), { name, ...more })

test.each<[string, unknown, AwsFailure]>([
  ['ThrottlingException', failure('ThrottlingException'), 'throttled'],
  ['Odd, status 429', failure('Odd', { $metadata: { httpStatusCode: 429 } }), 'throttled'],
  ['ExpiredTokenException', failure('ExpiredTokenException'), 'expired'],
  ['UnrecognizedClientException', failure('UnrecognizedClientException'), 'expired'],
  [
    'AccessDeniedException, status 400',
    failure('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
    'denied',
  ],
  ['ServerException', failure('ServerException'), 'transient'],
  ['PriorRequestNotComplete', failure('PriorRequestNotComplete'), 'throttled'],
  ['IDPCommunicationErrorException', failure('IDPCommunicationErrorException'), 'transient'],
  ['InvalidIdentityToken of an issuer', failure('InvalidIdentityToken'), 'refused'],
  [
    'InvalidIdentityToken of an issuer that AWS could not read',
    failure('InvalidIdentityToken', { message: "Couldn't retrieve verification key from your identity provider" }),
    'transient',
  ],
  // S3's and EC2's names of what other services call UnrecognizedClientException.
  ['InvalidAccessKeyId', failure('InvalidAccessKeyId'), 'expired'],
  ['InvalidToken', failure('InvalidToken'), 'expired'],
  ['AuthFailure', failure('AuthFailure'), 'expired'],
  ['Error, code ECONNRESET', failure('Error', { code: 'ECONNRESET' }), 'transient'],
  ['Odd, status 503', failure('Odd', { $metadata: { httpStatusCode: 503 } }), 'transient'],
  [
    'TypeError caused by ETIMEDOUT',
    failure('TypeError', { cause: failure('Error', { code: 'ETIMEDOUT' }) }),
    'transient',
  ],
  [
    'ClusterNotFoundException, status 400',
    failure('ClusterNotFoundException', { $metadata: { httpStatusCode: 400 } }),
    'refused',
  ],
  [
    '"AWS SDK error wrapper for TimeoutError: read ECONNRESET"',
    new Error('AWS SDK error wrapper for TimeoutError: read ECONNRESET'),
    'transient',
  ],
  ['Error, code EHOSTUNREACH', failure('Error', { code: 'EHOSTUNREACH' }), 'transient'],
  ['Error, code HPE_INVALID_CONSTANT', failure('Error', { code: 'HPE_INVALID_CONSTANT' }), 'transient'],
  [
    'TypeError caused by an AggregateError of ENETUNREACH',
    failure('TypeError', { cause: new AggregateError([failure('Error', { code: 'ENETUNREACH' })]) }),
    'transient',
  ],
  ['"socket hang up"', new Error('socket hang up'), 'transient'],
  ['Error, code CERT_HAS_EXPIRED', failure('Error', { code: 'CERT_HAS_EXPIRED' }), 'refused'],
  [
    'AccessDenied caused by ECONNRESET',
    failure('AccessDenied', { cause: failure('Error', { code: 'ECONNRESET' }) }),
    'denied',
  ],
  ['a text', 'a text', 'refused'],
  ['AbortError', failure('AbortError'), 'cancelled'],
  ['CancelledError "The run was cancelled."', new CancelledError('The run was cancelled.'), 'cancelled'],
])('%s', (_, error, expected) => {
  expect(classifyAwsError(error)).toBe(expected)
})

test("AWS's words are kept, and what to do is added", () => {
  const error = awsError(failure('AccessDeniedException'), 'describe service `web`')
  expect(error.message).toBe('Could not describe service `web`. AccessDeniedException: said AWS')
  expect(error.hint).toContain('lacks this permission')
})

test.each([
  ['InvalidSignatureException', 'Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z'],
  ['SignatureDoesNotMatch', 'Signature not yet current: 20260101T020000Z is still later than 20260101T010000Z'],
  ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
])('names the clock of the runner for %s: %s', (name, message) => {
  expect(awsError(failure(name, { message }), 'read the state').hint).toContain('clock of this runner')
})

test.each(['InvalidSignatureException', 'SignatureDoesNotMatch'])('names the secret key for another %s', (name) => {
  const message = 'The request signature we calculated does not match the signature you provided.'
  expect(awsError(failure(name, { message }), 'read the state').hint).toContain('`AWS_SECRET_ACCESS_KEY`')
})

test('a connection error is quoted without the name `Error`', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
  const error = awsError(refused, 'describe service `web`')
  expect(error.message).toBe('Could not describe service `web`. connect ECONNREFUSED 127.0.0.1:1')
  expect(error.hint).toBe('AWS or the network still failed after all retries. Run the step again.')
})

test.each<[string, object, RegExp]>([
  [
    'a FIPS endpoint',
    { hostname: 'sts-fips.eu-central-1.amazonaws.com' },
    /^AWS has no endpoint `sts-fips.* AWS_USE_FIPS_ENDPOINT, or `use_fips_endpoint` of the profile or the backend, is set: unset it/,
  ],
  ['a FIPS endpoint of ECR', { hostname: 'api.ecr-fips.eu-central-1.amazonaws.com' }, /AWS_USE_FIPS_ENDPOINT/],
  [
    'a dual-stack endpoint',
    { hostname: 'logs.eu-isoe-west-1.api.aws' },
    /AWS_USE_DUALSTACK_ENDPOINT, or `use_dualstack_endpoint`/,
  ],
  ['a dual-stack endpoint of S3', { hostname: 'states.s3.dualstack.eu-isoe-west-1.amazonaws.com' }, /DUALSTACK/],
  [
    'a FIPS and dual-stack endpoint',
    { hostname: 'sts-fips.eu-central-1.api.aws' },
    /AWS_USE_FIPS_ENDPOINT.*AWS_USE_DUALSTACK_ENDPOINT/,
  ],
  ['another host', { hostname: 'sts.eu-central-1.amazonaws.com' }, /Run the step again/],
  ['a host of somebody else', { hostname: 'sts-fips.corp.example' }, /Run the step again/],
])('hints at the settings that choose %s which does not exist', (_, more, hint) => {
  const error = failure('Error', { code: 'ENOTFOUND', message: `getaddrinfo ENOTFOUND`, ...more })
  expect(awsError(error, 'x').hint).toMatch(hint)
  expect(awsError(failure('TypeError', { cause: error }), 'x').hint).toMatch(hint)
})

test('an error of ours is not wrapped again', () => {
  const ours = new SlipwayError('ours')
  expect(awsError(ours, 'anything')).toBe(ours)
})

test('gives the error of the SDK back, from inside the one that says what failed', () => {
  const denied = failure('AccessDeniedException')
  expect(sdkError(awsError(denied, 'describe service `web`'))).toBe(denied)
  expect(sdkError(denied)).toBe(denied)
})

test('an answer that is too deep for the SDK is named as that', () => {
  const error = awsError(
    failure('RangeError', { message: 'Maximum call stack size exceeded\n  Deserialization error' }),
    'describe service `web`',
  )
  expect(error.message).toBe('Could not describe service `web`. The answer has too many levels of lists and objects.')
})

const UNREAD =
  '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.'

test.each([
  [
    'Error',
    `@aws-sdk XML parse error: unexpected content.${UNREAD}`,
    500,
    '@aws-sdk XML parse error: unexpected content.',
  ],
  ['SyntaxError', `Unexpected token '<'${UNREAD}`, 403, "SyntaxError: Unexpected token '<'"],
])('says that an answer is not one of AWS (%s)', (name, message, httpStatusCode, said) => {
  const error = awsError(failure(name, { message, $metadata: { httpStatusCode } }), 'read the service')
  expect(error.message).toBe(
    `Could not read the service. The answer with status ${httpStatusCode} is not one of AWS: ${said}`,
  )
  expect(describeError(error)).not.toMatch(/Caused by|Deserialization/)
  expect(classifyAwsError(sdkError(error))).toBe(httpStatusCode === 500 ? 'transient' : 'refused')
  expect(error.hint).toContain(httpStatusCode === 500 ? 'Run the step again' : 'the proxy of this runner')
})

test('says that an answer has no error code', () => {
  const error = awsError(failure('Unknown', { message: 'Unknown', $metadata: { httpStatusCode: 403 } }), 'assume it')
  expect(error.message).toBe('Could not assume it. The answer with status 403 has no error code of AWS (Unknown).')
  expect(error.hint).toContain('`AWS_ENDPOINT_URL`')
})

test('says that an endpoint is not an address', () => {
  const error = awsError(failure('TypeError', { message: 'Invalid URL', code: 'ERR_INVALID_URL' }), 'assume it')
  expect(error.message).toBe('Could not assume it. The endpoint of AWS is not an address.')
  expect(error.hint).toContain('`https://host:port`')
})
