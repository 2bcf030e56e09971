import { isRetryable, RegistryError } from '../../../../actions/build-image/src/registry/registry-error.ts'

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
