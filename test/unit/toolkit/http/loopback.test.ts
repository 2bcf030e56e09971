import { isLoopback } from '../../../../toolkit/http/loopback.ts'

test.each(['localhost', '127.0.0.1', '127.9.8.7', '::1', '[::1]'])('%s is a loopback address', (hostname) => {
  expect(isLoopback(hostname)).toBe(true)
})

test.each(['127.0.0.1.example.com', '10.0.0.1', 'ghcr.io', '1270.0.0.1', '[2001:db8::1]'])(
  '%s is not a loopback address',
  (hostname) => {
    expect(isLoopback(hostname)).toBe(false)
  },
)
