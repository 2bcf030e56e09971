import { StepTimer } from '../../../../actions/build-image/src/engine/build-steps.ts'
import { BuildxOutput } from '../../../../actions/build-image/src/engine/buildx-output.ts'
import { ClassicOutput } from '../../../../actions/build-image/src/engine/classic-output.ts'
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

test('the classic builder’s output becomes a title, what was printed, and a time for each step', async () => {
  const steps = new StepTimer(clock)
  const output = new ClassicOutput(log, steps)
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

test('BuildKit’s mixed lines come under the titles they belong to', () => {
  const output = new BuildxOutput(log, clock)
  const text = `#1 [internal] load build definition from Dockerfile
#1 DONE 0.1s

#2 [a 1/2] RUN one
#3 [b 1/2] RUN two
#2 0.100 one says
#3 0.110 two says
#3 0.120 two again
#4 [b 2/2] COPY x y
#4 CACHED
#2 DONE 1.5s
#3 DONE 0.4s`
  for (const line of text.split('\n')) output.write(line)
  expect(lines).toEqual([
    '[a 1/2] RUN one',
    '    one says',
    '[b 1/2] RUN two',
    '    two says',
    '    two again',
    '[b 2/2] COPY x y',
    '    cached',
    '[a 1/2] RUN one',
    '    2 s',
    '[b 1/2] RUN two',
    '    400 ms',
  ])
  expect(output.steps()).toEqual([
    { title: '[a 1/2] RUN one', cached: false, ms: 1500 },
    { title: '[b 1/2] RUN two', cached: false, ms: 400 },
    { title: '[b 2/2] COPY x y', cached: true, ms: 0 },
  ])
  expect(output.failure()).toBeUndefined()
})

test('a failed step is the failure, and its lines are not told twice', () => {
  const output = new BuildxOutput(log, clock)
  const text = `#5 [2/2] RUN false
#5 0.215 on the way
#5 ERROR: executor failed running [/bin/sh -c false]: exit code: 1
------
 > [2/2] RUN false:
0.215 on the way
------
ERROR: failed to solve: executor failed running [/bin/sh -c false]: exit code: 1`
  for (const line of text.split('\n')) output.write(line)
  expect(lines).toEqual(['[2/2] RUN false', '    on the way'])
  expect(output.failure()).toBe('[2/2] RUN false: executor failed running [/bin/sh -c false]: exit code: 1')
})

test('what buildx says and does again is no failure; a build without a failed step fails with its last words', () => {
  const output = new BuildxOutput(log, clock)
  const locked =
    'rpc error: code = Unavailable desc = ref layer-sha256:5466 locked for 1.7ms (since 2026-01-01 00:00:00)'
  for (const line of ['#4 exporting to oci image format', `#4 ERROR: ${locked}`, `ERROR: ${locked}`]) output.write(line)
  output.write('ERROR: failed to solve: no space left on device')
  expect(lines).toEqual([])
  expect(output.failure()).toBe('failed to solve: no space left on device')
})
