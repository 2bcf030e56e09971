import fc from 'fast-check'
import { isFailure, thresholdOf } from '../../../../../../rehearsal/cloud/ecs/scheduler/circuit-breaker.ts'
import { boundsOf, type Counted, plan, type Situation } from '../../../../../../rehearsal/cloud/ecs/scheduler/plan.ts'
import { restartPause } from '../../../../../../rehearsal/cloud/ecs/timing.ts'

const task: fc.Arbitrary<Counted> = fc
  .record({ healthy: fc.boolean(), everHealthy: fc.boolean(), unhealthy: fc.boolean() })
  // What is healthy was so before, and its checks do not say otherwise.
  .map(({ healthy, everHealthy, unhealthy }) => ({
    healthy,
    everHealthy: healthy || everHealthy,
    unhealthy: unhealthy && !healthy,
  }))

const situation: fc.Arbitrary<Situation<Counted>> = fc.record({
  desiredCount: fc.nat(20),
  minimumHealthyPercent: fc.nat(100),
  maximumPercent: fc.integer({ min: 100, max: 300 }),
  primary: fc.array(task, { maxLength: 25 }),
  previous: fc.array(task, { maxLength: 25 }),
  proceeds: fc.boolean(),
})

const healthy = (tasks: readonly Counted[]) => tasks.filter((one) => one.healthy).length

test('a plan never starts more than maximumPercent and desiredCount allow', () => {
  fc.assert(
    fc.property(situation, (it) => {
      const { start } = plan(it)
      const { most } = boundsOf(it)
      const there = it.primary.length + it.previous.length
      expect(start === 0 || there + start <= most).toBe(true)
      expect(it.primary.filter(({ unhealthy }) => !unhealthy).length + start).toBeLessThanOrEqual(
        Math.max(it.desiredCount, it.primary.length),
      )
    }),
  )
})

test('a plan never stops healthy tasks below minimumHealthyPercent, except surplus ones', () => {
  fc.assert(
    fc.property(situation, (it) => {
      const { stop } = plan(it)
      const { least } = boundsOf(it)
      const left = healthy([...it.primary, ...it.previous].filter((one) => !stop.includes(one)))
      const before = healthy([...it.primary, ...it.previous])
      expect(left >= Math.min(before, least)).toBe(true)
    }),
  )
})

test('a halted plan starts nothing and keeps earlier tasks', () => {
  fc.assert(
    fc.property(situation, (it) => {
      const { start, stop } = plan({ ...it, proceeds: false })
      expect(start).toBe(0)
      expect(stop.some((one) => it.previous.includes(one))).toBe(false)
    }),
  )
})

test('following the plan ends with desiredCount new tasks and no old ones', () => {
  fc.assert(
    fc.property(
      fc.nat(12),
      fc.nat(12),
      fc.nat(99),
      fc.integer({ min: 100, max: 200 }),
      (desiredCount, old, minimumHealthyPercent, maximumPercent) => {
        const fresh = (): Counted => ({ healthy: true, everHealthy: true, unhealthy: false })
        let primary: Counted[] = []
        let previous: Counted[] = Array.from({ length: old }, fresh)
        let isStuck = false
        for (let pass = 0; pass < 100 && !isStuck; pass++) {
          const due = plan({ desiredCount, minimumHealthyPercent, maximumPercent, primary, previous, proceeds: true })
          isStuck = due.stuck
          primary = [...primary.filter((one) => !due.stop.includes(one)), ...Array.from({ length: due.start }, fresh)]
          previous = previous.filter((one) => !due.stop.includes(one))
        }
        const { least, most } = boundsOf({
          desiredCount,
          minimumHealthyPercent,
          maximumPercent,
          previous,
          proceeds: true,
        })
        // Nothing can move only where rounding leaves no room between the bounds.
        if (isStuck) expect(most <= least || most <= desiredCount).toBe(true)
        else
          expect({ primary: primary.length, previous: previous.length }).toEqual({ primary: desiredCount, previous: 0 })
      },
    ),
  )
})

test.each([
  [1, 3],
  [6, 3],
  [10, 5],
  [25, 13],
  [400, 200],
  [800, 200],
])("the circuit breaker's threshold for %i desired tasks is %i", (desired, threshold) => {
  expect(thresholdOf({}, desired)).toBe(threshold)
})

test.each([
  [{ type: 'COUNT', value: 7 } as const, 100, 7],
  [{ type: 'UNBOUNDED_PERCENT', value: 50 } as const, 1_000, 500],
  [{ type: 'BOUNDED_PERCENT', value: 10 } as const, 100, 10],
])('configured threshold: %j of %i', (thresholdConfiguration, desired, threshold) => {
  const deploymentCircuitBreaker = { enable: true, rollback: true, thresholdConfiguration }
  expect(thresholdOf({ deploymentCircuitBreaker }, desired)).toBe(threshold)
})

test.each([
  [{ ran: false, failedChecks: false, wanted: false }, false, true],
  [{ ran: false, failedChecks: false, wanted: true }, false, false],
  [{ ran: true, failedChecks: false, wanted: false }, false, false],
  [{ ran: false, failedChecks: false, wanted: false }, true, false],
  [{ ran: true, failedChecks: true, wanted: true }, true, true],
])('%j, second stage %s: counts %s', (end, secondStage, counts) => {
  expect(isFailure(end, secondStage)).toBe(counts)
})

test('pauses grow up to 27 minutes', () => {
  const pauses = Array.from({ length: 20 }, (_, failures) => restartPause(failures))
  expect(pauses.slice(0, 5)).toEqual([0, 0, 0, 15_000, 30_000])
  expect(pauses.at(-1)).toBe(27 * 60_000)
  expect([...pauses].sort((a, b) => a - b)).toEqual(pauses)
})
