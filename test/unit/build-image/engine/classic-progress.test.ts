import { StepTimer } from '../../../../actions/build-image/src/engine/build-steps.ts'
import { ClassicProgress } from '../../../../actions/build-image/src/engine/classic-progress.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { FakeClock } from '../../../support/clock.ts'

let lines: string[]
let log: Log
let clock: FakeClock
beforeEach(() => {
  lines = []
  log = { info: (line: string) => void lines.push(line) } as unknown as Log
  clock = new FakeClock()
})

test('logs title, output and time of each step of the classic builder', async () => {
  const steps = new StepTimer(clock)
  const output = new ClassicProgress(log, steps)
  output.write('Step 1/3 : FROM scratch\n ---> \nStep 2/3 : RUN ma')
  output.write('ke\n ---> Running in 0123456789ab\nbuilding\n\u001b[91mwarned\n\u001b[0m')
  await clock.sleep(2500)
  output.write(
    'Removing intermediate container 0123456789ab\n ---> 0123456789ab\nStep 3/3 : COPY a b\n ---> Using cache\n ---> ba9876543210\n',
  )
  output.write('Successfully built ba9876543210\n')
  output.end()
  expect(lines).toEqual([
    '[1/3] FROM scratch',
    '    0 ms',
    '[2/3] RUN make',
    '    building',
    '    warned',
    '    3 s',
    '[3/3] COPY a b',
    '    cached',
  ])
  expect(steps.finish()).toEqual([
    { title: 'FROM scratch', cached: false, ms: 0 },
    { title: 'RUN make', cached: false, ms: 2500 },
    { title: 'COPY a b', cached: true, ms: 0 },
  ])
})
