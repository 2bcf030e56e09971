import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyPlan, StalePlanError } from '../../../../actions/terraform-apply/src/operations/apply.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { errorLine, type FakeRun, fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const at = '2026-01-01T00:00:00Z'
const counts = {
  '@message': '',
  '@timestamp': at,
  type: 'change_summary',
  changes: { add: 1, change: 0, remove: 0, operation: 'apply' },
}
const operation = (type: string) => ({
  '@message': type,
  '@timestamp': at,
  type,
  hook: { resource: { addr: 'a.x' }, action: 'create' },
})
const interrupt = { '@message': 'Interrupt received.', '@timestamp': at, type: 'log' }
const saved = { file: 'plan.tfplan', plan: plan([change('a.x', { actions: ['create'] })]) }

const applied = (run: FakeRun, prepare: (scratch: string) => void = () => {}) => {
  const fake = fakeStack({ apply: [run] })
  prepare(fake.scratch)
  return applyPlan(fake.stack, saved, (text) => text.replaceAll('x', '*'))
}

test('applies the saved plan, and returns operations and counts', async () => {
  const { stack, commands } = fakeStack({
    apply: [{ lines: [operation('apply_start'), operation('apply_complete'), counts] }],
  })
  expect(await applyPlan(stack, saved, (text) => text.replaceAll('x', '*'))).toMatchObject({
    status: 'applied',
    applied: { add: 1 },
    operations: [{ address: 'a.*', action: 'create', outcome: 'done' }],
    cutShort: [],
    error: undefined,
  })
  expect(commands).toEqual([['apply', '-json', '-input=false', '-lock-timeout=60s', 'plan.tfplan']])
})

test('returns a StalePlanError when another apply came first', async () => {
  const { status, error } = await applied({ code: 1, lines: [errorLine('Saved plan is stale')] })
  expect(status).toBe('stale')
  expect(error).toBeInstanceOf(StalePlanError)
})

test('returns the first error of an apply that failed', async () => {
  const { status, error } = await applied({ code: 1, lines: [errorLine('creating a.x: no')] })
  expect(status).toBe('failed')
  expect(error).toMatchObject({ message: '`Terraform apply` failed: creating a.*: no' })
})

test('names what an interrupt cut short, and returns the cancellation', async () => {
  const cancelled = new CancelledError('The run was cancelled.')
  const lines = [operation('apply_start'), interrupt, operation('apply_errored')]
  expect(await applied({ code: 1, cancelled, lines })).toMatchObject({
    status: 'interrupted',
    cutShort: ['a.*'],
    error: cancelled,
  })
})

test('counts an apply as applied when only saving its state had failed, and it is saved now', async () => {
  const end = await applied({ code: 1, lines: [errorLine('Failed to save state')] }, (scratch) =>
    writeFileSync(join(scratch, 'errored.tfstate'), '{}'),
  )
  expect(end).toMatchObject({ status: 'applied', error: undefined })
})
