import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Progress } from '../../../../../rehearsal/rehearse/report/progress.ts'
import type { RunnerEvent } from '../../../../../rehearsal/runner/events.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-progress-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = { job: ['stage', 'deploy'], step: 'rollout' }
const uses = 'slipway/slipway/actions/deploy-ecs@v1'
const started: RunnerEvent = { type: 'step-started', at, name: 'Roll out', uses, phase: 'main' }
const log = (line: string): RunnerEvent => ({ type: 'log', at, line })
const finished = (conclusion: 'success' | 'failure' | 'skipped'): RunnerEvent => ({
  type: 'step-finished',
  at,
  name: 'Roll out',
  phase: 'main',
  conclusion,
  seconds: 1,
})

function shown(...events: RunnerEvent[]): string {
  let text = ''
  const progress = new Progress({ write: (part: string) => (text += part) })
  const follow = progress.follow(join(folder, 'log'))
  for (const event of events) follow(event)
  return text
}

it('prints a line for each stage', () => {
  expect(shown(started, log('secretive detail'), finished('success'))).toMatch(/^ {2}✓ rollout +\d+\.\d s\n$/)
})

it('prints nothing for skipped steps', () => {
  expect(shown(started, finished('skipped'))).toBe('')
})

it('prints the last lines and the errors of a failed step', () => {
  const error: RunnerEvent = { type: 'annotation', at, annotation: { level: 'error', message: 'The cluster is gone.' } }
  const text = shown(started, log('first'), error, finished('failure'))
  expect(text).toContain('error: The cluster is gone.\n')
  expect(text).toMatch(/✗ rollout .* s\n {6}first\n/)
})

it('writes everything to the log file', () => {
  shown(started, log('a line'), finished('success'))
  const written = readFileSync(join(folder, 'log'), 'utf8')
  expect(written).toContain('stage/deploy/rollout | a line\n')
  expect(written).toContain('stage/deploy/rollout | Roll out: success, 1.0 s\n')
})
