import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockTimeout, makePlan, readPlan } from '../../../../actions/terraform-apply/src/operations/plan.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { errorLine, fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const shown = plan([
  change('a.x', { actions: ['create'], after: { password: 'hunter2' }, after_sensitive: { password: true } }),
])
const planInputs = fakeStack().stack.inputs.plan

test('plans with the inputs as arguments, and reads the plan', async () => {
  const { stack, commands, scratch } = fakeStack({
    inputs: {
      plan: {
        ...planInputs,
        varFiles: ['/stage.tfvars'],
        variables: 'size = 1',
        targets: ['a.x'],
        replace: ['a.y'],
        destroy: true,
        refresh: false,
        parallelism: 3,
      },
    },
    plan: [{ code: 2 }],
    shown,
  })
  const { file, plan: read } = await makePlan(stack)
  const variables = join(scratch, 'inputs.tfvars')
  expect(commands).toEqual([
    [
      'plan',
      '-json',
      '-input=false',
      '-detailed-exitcode',
      `-out=${file}`,
      '-lock-timeout=60s',
      '-var-file=/stage.tfvars',
      `-var-file=${variables}`,
      '-target=a.x',
      '-replace=a.y',
      '-parallelism=3',
      '-destroy',
      '-refresh=false',
    ],
    ['show', '-json', '-no-color', file],
  ])
  expect(readFileSync(variables, 'utf8')).toBe('size = 1')
  expect(read).toEqual(shown)
})

test('logs the warnings of a plan only when they can be scrubbed', async () => {
  const warning = errorLine('The password is hunter2')
  const { stack, lines } = fakeStack({
    plan: [{ code: 0, lines: [{ ...warning, diagnostic: { ...warning.diagnostic, severity: 'warning' } }] }],
    shown,
  })
  const saved = await makePlan(stack)
  expect(lines).toEqual([])
  saved.logWarnings?.((text) => text.replaceAll('hunter2', '***'))
  expect(lines).toEqual(['warning: The password is ***'])
})

test('fails with the first error of Terraform', async () => {
  const { stack, lines } = fakeStack({
    plan: [{ code: 1, lines: [errorLine('Invalid reference', 'There is no x.')] }],
    shown,
  })
  await expect(makePlan(stack)).rejects.toThrow('`Terraform plan` failed: Invalid reference')
  expect(lines).toEqual(['error: There is no x.'])
})

test('throws CancelledError when the run is cancelled', async () => {
  const cancelled = new CancelledError('The run was cancelled.')
  await expect(makePlan(fakeStack({ plan: [{ code: 1, cancelled }], shown }).stack)).rejects.toBe(cancelled)
})

test('refuses a plan of another format', async () => {
  const { stack } = fakeStack({ shown: { ...shown, format_version: '2.0' } })
  await expect(readPlan(stack.tf, 'x')).rejects.toThrow('wrote a plan of format 2.0; this action reads format 1.')
})

test('reports a plan file that cannot be read', async () => {
  const { stack } = fakeStack()
  const tf = { ...stack.tf, exec: async () => ({ code: 1, stdout: '', stderr: 'not a plan\n' }) }
  await expect(readPlan(tf, 'x.tfplan')).rejects.toThrow('The plan file `x.tfplan` cannot be read: not a plan')
})

test('rounds the lock timeout to seconds', () => {
  expect(lockTimeout({ ...planInputs, lockTimeoutMs: 1_499 })).toBe('1s')
})
