import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'

test('runs due tasks in order of time, then of creation', async () => {
  const clock = new ManualClock(0)
  const ran: string[] = []
  for (const [ms, name] of [
    [30, 'c'],
    [10, 'a'],
    [30, 'd'],
    [20, 'b'],
    [41, 'late'],
  ] as const) {
    clock.after(ms, () => void ran.push(`${name}@${clock.now()}`))
  }
  await clock.advance(40)
  expect(ran).toEqual(['a@10', 'b@20', 'c@30', 'd@30'])
  expect(clock.now()).toBe(40)
})

test('runs tasks that a task schedules within the same time', async () => {
  const clock = new ManualClock(0)
  const times: number[] = []
  const tick = () => {
    times.push(clock.now())
    clock.after(10, tick)
  }
  clock.after(10, tick)
  await clock.advance(35)
  expect(times).toEqual([10, 20, 30])
})

test('does not run cancelled tasks, and waits for async ones', async () => {
  const clock = new ManualClock(0)
  const ran: string[] = []
  clock.after(1, () => void ran.push('cancelled')).cancel()
  clock.after(2, async () => {
    await Promise.resolve()
    ran.push('async')
  })
  clock.after(3, () => void ran.push('after'))
  await clock.advance(3)
  expect(ran).toEqual(['async', 'after'])
})
