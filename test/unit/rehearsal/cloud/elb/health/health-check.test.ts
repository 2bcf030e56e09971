import { continueStreak, failureOf, judge } from '../../../../../../rehearsal/cloud/elb/health/health-check.ts'
import type { HealthCheck } from '../../../../../../rehearsal/cloud/elb/model.ts'

const check = { protocol: 'HTTP', matcher: '200-299,302', healthyThreshold: 3, unhealthyThreshold: 2 } as HealthCheck
const failure = { reason: 'Target.Timeout', description: 'Request timed out' }

test.each([
  [200, true],
  [299, true],
  [302, true],
  [301, false],
  [300, false],
  [500, false],
])('status %i passes 200-299,302: %s', (status, passes) => {
  expect(failureOf(check, { outcome: 'answered', status }) === undefined).toBe(passes)
})

test('a TCP check passes with any connection', () => {
  expect(failureOf({ ...check, protocol: 'TCP' }, { outcome: 'answered', status: 0 })).toBeUndefined()
  expect(failureOf({ ...check, protocol: 'TCP' }, { outcome: 'refused' })?.reason).toBe('Target.FailedHealthChecks')
})

test('a streak restarts when the result changes', () => {
  const streaks: number[] = []
  for (const passed of [true, true, false, false, true]) streaks.push(continueStreak(streaks.at(-1) ?? 0, passed))
  expect(streaks).toEqual([1, 2, -1, -2, 1])
})

test('a new target is healthy after one check, an unhealthy one after the healthy threshold', () => {
  expect(judge(check, { state: 'initial' }, 1, undefined)).toEqual({ state: 'healthy' })
  const unhealthy = { state: 'unhealthy', ...failure } as const
  expect(judge(check, unhealthy, 2, undefined)).toBe(unhealthy)
  expect(judge(check, unhealthy, 3, undefined)).toEqual({ state: 'healthy' })
})

test('a healthy target is unhealthy after the unhealthy threshold', () => {
  expect(judge(check, { state: 'healthy' }, -1, failure)).toEqual({ state: 'healthy' })
  expect(judge(check, { state: 'healthy' }, -2, failure)).toEqual({ state: 'unhealthy', ...failure })
})
