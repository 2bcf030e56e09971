import type { Stop } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { hintFor } from '../../../../actions/deploy-ecs/src/report/stop-hints.ts'

test.each([
  [137, 'killed (SIGKILL)'],
  [139, 'SIGSEGV'],
  [127, 'command was not found'],
  [0, 'has to keep running'],
  [130, 'signal 2'],
  [42, 'see its log'],
])('exit code %i has a hint with %s', (exitCode, hint) => {
  expect(
    hintFor({ kind: 'exited', failure: true, certain: false, everywhere: false, reason: 'x', exitCode }),
  ).toContain(hint)
})

test.each([
  ['x: not found', 'not in the registry'],
  ['403 denied', 'may not pull'],
  ['no match for platform in manifest', 'architecture'],
  ['toomanyrequests: rate limit', 'pull-through cache'],
  ['i/o timeout', 'NAT'],
])('an image that cannot be pulled for %s has a hint with %s', (reason, hint) => {
  expect(hintFor({ kind: 'image', failure: true, certain: false, everywhere: false, reason })).toContain(hint)
})

const stop = (kind: Stop['kind'], reason = 'x'): Stop => ({
  kind,
  reason,
  failure: true,
  certain: false,
  everywhere: false,
})

test.each([
  [stop('initialisation', 'unable to pull secrets or registry auth'), 'secret'],
  [stop('initialisation', 'failed to create log group'), 'log group'],
  [stop('out-of-memory'), 'raise `memory`'],
  [stop('health-check'), 'grace period'],
  [stop('not-started', 'Timeout waiting for network interface provisioning'), 'subnets'],
  [stop('not-started', 'unable to find user'), 'user'],
  [stop('exited'), 'log'],
  [stop('interrupted'), 'new revision'],
  [stop('scaled-in'), 'ECS'],
])('%j has a hint with %s', (given, hint) => {
  expect(hintFor(given)).toContain(hint)
})
