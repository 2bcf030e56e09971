import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { StopRequests } from '../../../../../rehearsal/cloud/kernel/stop-requests.ts'

let clock: ManualClock
let stop: StopRequests
beforeEach(() => {
  clock = new ManualClock()
  stop = new StopRequests(clock, 30_000)
})

test('the first request has its reason', async () => {
  stop.signal('SIGINT')
  stop.signal('SIGTERM')
  expect(await stop.first).toBe('SIGINT')
})

test('a signal at once after the first is its copy by npm, and forces nothing', async () => {
  stop.signal('SIGINT')
  await clock.advance(999)
  stop.signal('SIGINT')
  expect(stop.hurry.aborted).toBe(false)
})

test.each(['SIGINT', 'SIGTERM'])('a second signal, %s, forces', async (second) => {
  stop.signal('SIGINT')
  await clock.advance(1_000)
  stop.signal(second)
  expect(stop.hurry.aborted).toBe(true)
})

test('the end of the parent forces nothing after a signal, and a signal after it does', async () => {
  stop.request('The parent process has ended')
  await clock.advance(2_000)
  stop.request('The parent process has ended')
  expect(stop.hurry.aborted).toBe(false)
  stop.signal('SIGTERM')
  expect(stop.hurry.aborted).toBe(true)
})

test('the limit forces', async () => {
  await clock.advance(60_000)
  expect(stop.hurry.aborted).toBe(false)
  stop.request('The parent process has ended')
  await clock.advance(29_999)
  expect(stop.hurry.aborted).toBe(false)
  await clock.advance(1)
  expect(stop.hurry.aborted).toBe(true)
})
