import {
  failedTo,
  isCredentialError,
  isRetryable,
  RegistryError,
  readErrorDocument,
  registryError,
} from '../../../../actions/build-image/src/registry/registry-error.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { HttpAnswer } from '../../../../toolkit/http/http.ts'

test.each([400, 401, 403, 404, 405, 409, 413])('does not retry %d', (status) => {
  expect(isRetryable(new RegistryError('no', { status, code: '' }))).toBe(false)
})

test.each([500, 502, 503, 504, 429])('retries %d', (status) => {
  expect(isRetryable(new RegistryError('busy', { status, code: '' }))).toBe(true)
})

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', 'ERR_STREAM_PREMATURE_CLOSE'])(
  'retries %s, also as a cause',
  (code) => {
    const error = Object.assign(new Error('x'), { code })
    expect([
      isRetryable(error),
      isRetryable(new Error('y', { cause: error })),
      isRetryable(new AggregateError([error])),
    ]).toEqual([true, true, true])
  },
)

test.each(['CERT_HAS_EXPIRED', undefined])('does not retry %s', (code) => {
  expect(isRetryable(Object.assign(new Error('x'), { code }))).toBe(false)
})

test.each([
  ['{"errors":[{"code":"DENIED","message":"no"},{"code":"OTHER"}]}', { code: 'DENIED', message: 'no' }],
  ['{"errors":[{"message":"no"}]}', { code: '', message: 'no' }],
  ['{"errors":[]}', { code: '', message: '{"errors":[]}' }],
  [' too many requests\n', { code: '', message: 'too many requests' }],
  ['<html>502</html>', { code: '', message: '' }],
  ['x'.repeat(300), { code: '', message: '' }],
  ['', { code: '', message: '' }],
])('reads code and message of %j', (body, document) => {
  expect(readErrorDocument(Buffer.from(body))).toEqual(document)
})

const answer = (statusCode: number, headers: Readonly<Record<string, string>> = {}) =>
  ({ statusCode, headers }) as unknown as HttpAnswer

test('an error has status, code and message of the answer, and waits at most a minute', () => {
  const body = Buffer.from('{"errors":[{"code":"DENIED","message":"no"}]}')
  expect(registryError(answer(403), body, 2)).toMatchObject({
    message: '403 DENIED no',
    status: 403,
    code: 'DENIED',
    generation: 2,
    retryAfterMs: undefined,
  })
  const late = (seconds: string) => registryError(answer(429, { 'retry-after': seconds }), Buffer.from(''), 0)
  expect(late('7')).toMatchObject({ message: '429', retryAfterMs: 7_000 })
  expect(late('3600').retryAfterMs).toBe(60_000)
  expect(late('Wed, 21 Oct 2026 07:28:00 GMT').retryAfterMs).toBeUndefined()
  expect(isRetryable(late('7'))).toEqual({ afterMs: 7_000 })
})

test.each<[number, string, string, boolean]>([
  [401, 'UNAUTHORIZED', 'no', true],
  [403, '', '', true],
  [403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.', true],
  [403, 'DENIED', 'not allowed', false],
  [404, '', '', false],
])('fresh credentials may help after %d %s %s: %p', (status, code, message, help) => {
  expect(isCredentialError(new RegistryError(message, { status, code }))).toBe(help)
})

test.each<[number, string, string, string | undefined]>([
  [404, 'NAME_UNKNOWN', 'no such repository', 'create-repository'],
  [400, 'TAG_INVALID', 'the tag is immutable', 'Use another tag.'],
  [401, 'UNAUTHORIZED', 'no', 'Log in to this registry'],
  [403, 'DENIED', 'no', 'lack this permission'],
  [429, 'TOOMANYREQUESTS', 'slow down', 'limits requests'],
  [503, '', 'busy', 'Run the step again later'],
  [409, '', 'conflict', undefined],
])('says what failed with %d %s %s, and the next step', (status, code, message, hint) => {
  expect(failedTo('push web:v1', new RegistryError(message, { status, code }))).toMatchObject({
    message: `Could not push web:v1. The registry says: ${message}`,
    status,
    code,
    hint: hint === undefined ? undefined : expect.stringContaining(hint),
  })
})

test('a connection error says to check the host; an error that is explained already stays as it is', () => {
  expect(failedTo('push web:v1', new Error('connect ECONNREFUSED'))).toMatchObject({
    message: 'Could not push web:v1: connect ECONNREFUSED',
    hint: expect.stringContaining('Check the host name'),
  })
  const explained = failedTo('push web:v1', new RegistryError('no', { status: 403, code: '' }))
  expect(failedTo('copy web:v1', explained)).toBe(explained)
  const own = new SlipwayError('A layer cannot be read.', { hint: 'Run the step again.' })
  expect(failedTo('copy web:v1', own)).toBe(own)
})

test('does not show a user name that is the password, as a token can be', () => {
  const hintOf = (login: string) =>
    registryError(answer(401), Buffer.from(''), 0, `Basic ${Buffer.from(login).toString('base64')}`).hint
  expect(hintOf('t0k3n:t0k3n')).toMatch(/^The registry refuses the login: check/)
  expect(hintOf('me:t0k3n')).toMatch(/^The registry refuses the login of `me`: check/)
})
