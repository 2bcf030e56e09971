import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { type Memory, NOTHING_YET, remember } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import { failedTask, followed, healthy, MADE, target, task } from '../../../support/deploy-ecs/observations.ts'

const memoryOf = (...looks: readonly Observation[]): Memory =>
  looks.reduce((memory, look) => remember(memory, followed, look), NOTHING_YET)

test('counts looks in a row that found no service', () => {
  expect(memoryOf({ at: 1 }, { at: 2 }).missing).toBe(2)
  expect(memoryOf({ at: 1 }, healthy).missing).toBe(0)
})

test('keeps tasks that failed after ECS no longer shows them', () => {
  expect([...memoryOf({ ...healthy, tasks: [failedTask('1')] }, healthy).failures.keys()]).toEqual([
    failedTask('1').arn,
  ])
})

test('does not count failed tasks of a revision that ran before this run', () => {
  const proven = { ...followed, isNew: false }
  expect(remember(NOTHING_YET, proven, { ...healthy, tasks: [failedTask('1')] }).failures.size).toBe(0)
})

describe('healthySince', () => {
  const at = (time: number, more: Partial<Observation> = {}): Observation => ({ ...healthy, at: time, ...more })

  test('is the first look that found all healthy', () => {
    expect(memoryOf(at(10), at(20)).healthySince).toBe(10)
  })

  test('stays while a task is replaced, which says nothing against the revision', () => {
    const pending = at(20, { tasks: [task('1'), task('3', { lastStatus: 'PENDING' })], targets: [target('1')] })
    expect(memoryOf(at(10), pending).healthySince).toBe(10)
  })

  test.each([
    ['a task fails', { tasks: [task('1'), failedTask('2')] }],
    ['a container health check fails', { tasks: [task('1'), task('2', { healthStatus: 'UNHEALTHY' })] }],
    ['a target that was healthy is unhealthy', { targets: [target('1'), target('2', { state: 'unhealthy' })] }],
  ])('begins again after %s', (_, more) => {
    const relapsed = memoryOf(at(10), at(20, more))
    expect(relapsed).toMatchObject({ relapsed: true })
    expect(relapsed).not.toHaveProperty('healthySince')
    expect(memoryOf(at(10), at(20, more), at(30)).healthySince).toBe(30)
  })

  test('is not reset by a new target that is not healthy yet', () => {
    const added = at(20, {
      tasks: [task('1'), task('2'), task('3')],
      targets: [target('1'), target('2'), target('3', { state: 'unhealthy' })],
    })
    expect(memoryOf(at(10), added)).toMatchObject({ healthySince: 10, relapsed: false })
  })
})

test('knows since when tasks run: by our clock, or by ECS for a task from before this run', () => {
  const old = task('2', { createdAt: MADE - 5_000, startedAt: 7 })
  expect([...memoryOf({ ...healthy, at: 50, tasks: [task('1'), old] }).runningSince.values()]).toEqual([50, 7])
  expect([...memoryOf({ ...healthy, at: 50 }, { ...healthy, at: 60 }).runningSince.values()]).toEqual([50, 50])
})
