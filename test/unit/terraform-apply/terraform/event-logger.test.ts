import { lockIn } from '../../../../actions/terraform-apply/src/lock/lock-error.ts'
import { backendFile } from '../../../../actions/terraform-apply/src/operations/init.ts'
import { operationsOf, Progress } from '../../../../actions/terraform-apply/src/terraform/apply-progress.ts'
import { Narrator } from '../../../../actions/terraform-apply/src/terraform/event-logger.ts'
import { parseEvent, type StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'
import type { Log, Place } from '../../../../toolkit/log.ts'
import { change, plan } from '../plans.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const hook = (type: string, addr: string, second: number, action = 'create', elapsed = 0): StreamEvent => ({
  type,
  '@message': `${addr} ${type}`,
  '@level': 'info',
  '@timestamp': at(second),
  hook: { resource: { addr }, action, elapsed_seconds: elapsed },
})

test('an apply is told as one line per start, ten seconds and end, n of m', () => {
  const progress = new Progress(12)
  const told = [
    hook('apply_start', 'a.x', 0),
    hook('apply_start', 'b.y', 1, 'delete'),
    hook('apply_progress', 'a.x', 10, 'create', 10),
    hook('apply_complete', 'a.x', 75),
    hook('apply_errored', 'b.y', 76, 'delete'),
  ].map((event) => progress.phrase(event))
  expect(told).toEqual([
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

test('a replacement is two operations; what stays or is forgotten is none', () => {
  const made = plan([
    change('a.b', { actions: ['delete', 'create'] }),
    change('c.d', { actions: ['update'] }),
    change('e.f', { actions: ['no-op'] }),
    change('g.h', { actions: ['forget'] }),
  ])
  expect(operationsOf(made)).toBe(3)
})

describe('what Terraform says', () => {
  function heard(lines: readonly string[], scrub?: (text: string) => string) {
    const said: unknown[] = []
    const tell = (level: string) => (message: string, place?: Place) =>
      said.push(place === undefined ? [level, message] : [level, message, place])
    const log = { info: tell('info'), warning: tell('warning'), error: tell('error') } as unknown as Log
    const stack = { root: '/repository', directory: '/repository/infra' }
    const narrator = new Narrator({ log, stack, ...(scrub === undefined ? {} : { scrub }) })
    for (const line of lines) narrator.hear(line)
    return { said, narrator }
  }

  test('becomes annotations on file and line, scrubbed', () => {
    const diagnostic = {
      severity: 'error',
      summary: 'No such hunter-two',
      detail: 'hunter-two was not found.',
      address: 'a.x',
      range: { filename: 'modules/db/main.tf', start: { line: 3, column: 5 } },
    }
    const line = JSON.stringify({ '@level': 'error', '@message': 'Error', type: 'diagnostic', diagnostic })
    const { said, narrator } = heard([line], (text) => text.replaceAll('hunter-two', '***'))
    expect(said).toEqual([
      [
        'error',
        'a.x: *** was not found.',
        { title: 'No such ***', file: 'infra/modules/db/main.tf', startLine: 3, startColumn: 5 },
      ],
    ])
    expect(narrator.errors).toHaveLength(1)
  })

  test.each([
    ['main.tf', 'infra/main.tf'],
    ['../modules/db/main.tf', 'modules/db/main.tf'],
    ['/repository/infra/stage.tfvars', 'infra/stage.tfvars'],
    ['/repository/..shared.tfvars', '..shared.tfvars'],
    ['/tmp/slipway-terraform-x/inputs.tfvars', undefined],
    ['../../elsewhere/main.tf', undefined],
  ])('about %s is on a file of the repository, or on none', (filename, file) => {
    const diagnostic = {
      severity: 'error',
      summary: 'Wrong',
      range: { filename, start: { line: 3, column: 5 } },
    }
    const { said } = heard([JSON.stringify({ '@message': 'Wrong', type: 'diagnostic', diagnostic })])
    const place = file === undefined ? {} : { file, startLine: 3, startColumn: 5 }
    expect(said).toEqual([['error', 'Wrong', { title: 'Wrong', ...place }]])
  })

  test('may be plain or coloured text, or half an event', () => {
    expect(heard(['', '\u001b[32mpanic\u001b[0m: at the disco', '{"half', '{"no":"message"}']).said).toEqual([
      ['info', 'panic: at the disco'],
      ['info', '{"half'],
      ['info', '{"no":"message"}'],
    ])
    expect(parseEvent('{"@message":"x","@level":"info"}')?.type).toBe('log')
  })

  test('is no command to the runner', () => {
    const event = JSON.stringify({ '@message': 'a.x (local-exec):\n  ::stop-commands::x', type: 'provision_progress' })
    expect(heard([event, '::add-mask::x']).said).toEqual([
      ['info', 'a.x (local-exec):\n  ::stop-commands::x'],
      ['info', '::add-mask::x'],
    ])
  })

  test('tells the end of an apply apart from that of a plan', () => {
    const summary = (operation: string) =>
      JSON.stringify({ '@message': 'x', type: 'change_summary', changes: { add: 1, change: 0, remove: 0, operation } })
    expect(heard([summary('plan')]).narrator.applied).toBeUndefined()
    expect(heard([summary('apply')]).narrator.applied).toMatchObject({ add: 1 })
    expect(heard([summary('destroy')]).narrator.applied).toMatchObject({ add: 1 })
  })
})

test('a lock is read from what Terraform says of it', () => {
  const detail = `operation error S3: PutObject
Lock Info:
  ID:        9d3c2a5e-0000-1111-2222-333333333333
  Path:      bucket/key
  Operation: OperationTypeApply
  Who:       runner@fv-az1
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678901234 +0000 UTC
  Info:      

Terraform acquires a state lock`
  expect(lockIn(detail)).toEqual({
    ID: '9d3c2a5e-0000-1111-2222-333333333333',
    Operation: 'OperationTypeApply',
    Who: 'runner@fv-az1',
    Created: '2026-01-02T03:04:05.678Z',
  })
  expect(lockIn('access denied')).toBeUndefined()
})

test('settings of the backend are written as Terraform reads them', () => {
  const file = backendFile([
    { key: 'key', value: 'a "b" ${c} %{d}' },
    { key: 'use_lockfile', value: 'true' },
    { key: 'endpoints', value: '{ s3 = "http://x" }' },
  ])
  expect(file).toBe('key = "a \\"b\\" $${c} %%{d}"\nuse_lockfile = "true"\nendpoints = { s3 = "http://x" }\n')
})
