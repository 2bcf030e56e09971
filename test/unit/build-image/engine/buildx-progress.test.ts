import { BuildxProgress } from '../../../../actions/build-image/src/engine/buildx-progress.ts'
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

test('sorts BuildKit’s mixed lines under the titles of their steps', () => {
  const output = new BuildxProgress(log, clock)
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

test('reports the failed step, and logs its lines once', () => {
  const output = new BuildxProgress(log, clock)
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

test('ignores an error that buildx retries, and reports the last error of a build without a failed step', () => {
  const output = new BuildxProgress(log, clock)
  const locked =
    'rpc error: code = Unavailable desc = ref layer-sha256:5466 locked for 1.7ms (since 2026-01-01 00:00:00)'
  for (const line of ['#4 exporting to oci image format', `#4 ERROR: ${locked}`, `ERROR: ${locked}`]) output.write(line)
  output.write('ERROR: failed to solve: no space left on device')
  expect(lines).toEqual([])
  expect(output.failure()).toBe('failed to solve: no space left on device')
})
