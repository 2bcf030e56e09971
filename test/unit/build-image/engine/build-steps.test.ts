import { StepTimer } from '../../../../actions/build-image/src/engine/build-steps.ts'
import { FakeClock } from '../../../support/clock.ts'

test('a step lasts until the next one starts, or until the build is finished', async () => {
  const clock = new FakeClock()
  const steps = new StepTimer(clock)
  steps.start('FROM scratch')
  await clock.sleep(10)
  steps.start('RUN make')
  await clock.sleep(2000)
  expect(steps.finish()).toEqual([
    { title: 'FROM scratch', cached: false, ms: 10 },
    { title: 'RUN make', cached: false, ms: 2000 },
  ])
  await clock.sleep(500)
  expect(steps.finish()).toHaveLength(2)
})

test('marks the current step as cached, and not the next one', () => {
  const steps = new StepTimer(new FakeClock())
  steps.cached()
  steps.start('COPY a b')
  steps.cached()
  steps.start('RUN make')
  expect(steps.finish().map(({ cached }) => cached)).toEqual([true, false])
})
