import { AuthTokens } from '../../../../../rehearsal/cloud/ecr/auth-tokens.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'

test('a token is valid for twelve hours, or until it is expired by hand', async () => {
  const clock = new ManualClock()
  const tokens = new AuthTokens(clock)
  const holder = { account: '1', region: 'us-east-1', arn: 'arn', role: undefined }
  const { password } = tokens.issue(holder)
  await clock.advance(12 * 3_600_000 - 1)
  expect(tokens.check(password)).toEqual({ state: 'good', holder })
  await clock.advance(1)
  expect(tokens.check(password).state).toBe('expired')
  const second = tokens.issue(holder).password
  expect(tokens.expire('2')).toBe(0)
  expect(tokens.expire()).toBe(1)
  expect(tokens.check(second).state).toBe('expired')
  expect(tokens.check('made up').state).toBe('unknown')
})
