import { addSample, type Timeline } from '../../../../actions/deploy-ecs/src/watch/timeline.ts'
import {
  deployment,
  earlier,
  followed,
  healthy,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

describe('the timeline', () => {
  const sample = (at: number, runningCount: number) => ({
    at,
    service: service([deployment({ runningCount })]),
    tasks: [],
    targets: [],
  })

  test('has one sample for each change', () => {
    const timeline = [sample(0, 0), sample(1, 0), sample(2, 1)].reduce<Timeline>(
      (all, seen) => addSample(all, followed, seen),
      [],
    )
    expect(timeline).toEqual([
      { at: 0, fresh: 0, old: 0, healthy: 0 },
      { at: 2, fresh: 1, old: 0, healthy: 0 },
    ])
  })

  test('stays small, however long a deploy takes, and keeps the newest sample', () => {
    let timeline: Timeline = []
    for (let at = 0; at < 10_000; at++) timeline = addSample(timeline, followed, sample(at, at % 7))
    expect(timeline.length).toBeLessThanOrEqual(121)
    expect(timeline.at(-1)?.at).toBe(9_999)
  })
})

test('counts tasks of other deployments as old, and those with healthy targets as healthy', () => {
  const seen = { ...healthy, at: 5, service: service([deployment(), earlier({ runningCount: 3 })]) }
  expect(addSample([], followed, seen)).toEqual([{ at: 5, fresh: 2, old: 3, healthy: 2 }])
  const unhealthy = {
    ...seen,
    targets: [target('1'), target('2', { state: 'unhealthy' })],
    tasks: [task('1'), task('2')],
  }
  expect(addSample([], followed, unhealthy)).toEqual([{ at: 5, fresh: 2, old: 3, healthy: 1 }])
})

test('keeps the number of healthy tasks while tasks are not read, and never above that of tasks', () => {
  const before: Timeline = [{ at: 1, fresh: 2, old: 0, healthy: 2 }]
  const seen = (runningCount: number) => ({ at: 2, service: service([deployment({ runningCount })]) })
  expect(addSample(before, followed, seen(3)).at(-1)).toEqual({ at: 2, fresh: 3, old: 0, healthy: 2 })
  expect(addSample(before, followed, seen(1)).at(-1)).toEqual({ at: 2, fresh: 1, old: 0, healthy: 1 })
})

test('adds nothing for a look that found no service', () => {
  expect(addSample([], followed, { at: 1 })).toEqual([])
})
