import { ApplyProgress, operationsOf } from '../../../../actions/terraform-apply/src/terraform/apply-progress.ts'
import type { StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'
import { change, plan } from '../plans.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const hook = (type: string, addr: string, second: number, action = 'create', elapsed = 0): StreamEvent => ({
  type,
  '@message': `${addr} ${type}`,
  '@level': 'info',
  '@timestamp': at(second),
  hook: { resource: { addr }, action, elapsed_seconds: elapsed },
})

test('logs a line when an operation starts, every ten seconds, and when it ends, with n of m', () => {
  const progress = new ApplyProgress(12)
  const lines = [
    hook('apply_start', 'a.x', 0),
    hook('apply_start', 'b.y', 1, 'delete'),
    hook('apply_progress', 'a.x', 10, 'create', 10),
    hook('apply_complete', 'a.x', 75),
    hook('apply_errored', 'b.y', 76, 'delete'),
  ].map((event) => progress.phrase(event))
  expect(lines).toEqual([
    '[ 0/12] a.x: creating …',
    '[ 0/12] b.y: destroying …',
    '[ 0/12] a.x: still creating, 10 s',
    '[ 1/12] a.x: created in 1 min 15 s',
    '[ 2/12] b.y: failed destroying after 1 min 15 s',
  ])
  expect(progress.operations).toEqual([
    { address: 'a.x', action: 'create', startedAt: Date.parse(at(0)), endedAt: Date.parse(at(75)), outcome: 'done' },
    { address: 'b.y', action: 'delete', startedAt: Date.parse(at(1)), endedAt: Date.parse(at(76)), outcome: 'failed' },
  ])
})

test('counts a replacement as two operations, and no-op and forget as none', () => {
  const replaced = plan([
    change('a.b', { actions: ['delete', 'create'] }),
    change('c.d', { actions: ['update'] }),
    change('e.f', { actions: ['no-op'] }),
    change('g.h', { actions: ['forget'] }),
  ])
  expect(operationsOf(replaced)).toBe(3)
})
