import { apply, plan as planCommand, verify } from '../../../../actions/terraform-apply/src/commands/commands.ts'
import type { Plan } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { errorLine, fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const create = plan([change('a.x', { actions: ['create'], after: {} })])
const destroy = plan([change('aws_db_instance.x', { actions: ['delete'], before: {} })])
const nothing: Plan = plan([], { planned_values: { outputs: { url: { sensitive: false, value: 'https://x' } } } })
const stale = { code: 1, lines: [errorLine('Saved plan is stale')] }
const rails = { maxDestroys: undefined, protectedTypes: ['aws_db_instance'], protectedAddresses: [], lifted: [] }

test('applies the plan that it reports', async () => {
  const { stack, names, outputs, summaries } = fakeStack({ plan: [{ code: 2 }], shown: create })
  await apply(stack)
  expect(names()).toEqual(['plan', 'show', 'apply', 'output'])
  expect(outputs).toMatchObject({ 'has-changes': true, outputs: {} })
  expect(summaries.join()).toContain('1 to create')
  expect(summaries.join()).toContain('**Applied**')
})

test('applies nothing when there are no changes, and sets the outputs', async () => {
  const { stack, names, outputs } = fakeStack({ shown: nothing })
  await apply(stack)
  expect(names()).toEqual(['plan', 'show'])
  expect(outputs).toMatchObject({ 'has-changes': false, url: 'https://x' })
})

test('plans again when another apply came first, three times in all', async () => {
  const once = fakeStack({ plan: [{ code: 2 }], apply: [stale, { code: 0 }], shown: create })
  await apply(once.stack)
  expect(once.names().filter((name) => name === 'apply')).toHaveLength(2)
  const always = fakeStack({ plan: [{ code: 2 }], apply: [stale], shown: create })
  await expect(apply(always.stack)).rejects.toThrow('the state has changed since it was made')
  expect(always.names().filter((name) => name === 'plan')).toHaveLength(3)
})

test('never replaces a plan file of an earlier step', async () => {
  const { stack, names } = fakeStack({ inputs: { planFile: 'x.tfplan' }, apply: [stale], shown: create })
  await expect(apply(stack)).rejects.toThrow('the state has changed since it was made')
  expect(names()).toEqual(['show', 'apply'])
})

test('stops at the guard rails before the apply, and only warns in a plan', async () => {
  const options = { inputs: { guardRails: rails }, plan: [{ code: 2 }], shown: destroy }
  const applying = fakeStack(options)
  await expect(apply(applying.stack)).rejects.toThrow('The guard rails stop this plan')
  expect(applying.names()).not.toContain('apply')
  const planning = fakeStack(options)
  await planCommand(planning.stack)
  expect(planning.lines.join()).toContain('warning: The guard rails would stop an apply of this plan')
})

test('verifies a plan against its fingerprint, and changes nothing', async () => {
  const key = 'a key for this test only'
  const first = fakeStack({ inputs: { approval: { approved: undefined, key } }, plan: [{ code: 2 }], shown: create })
  await planCommand(first.stack)
  const fingerprint = String(first.outputs['fingerprint'])
  const verifying = (approved: string) =>
    fakeStack({ inputs: { approval: { approved, key } }, plan: [{ code: 2 }], shown: create })
  const same = verifying(fingerprint)
  await verify(same.stack)
  expect(same.names()).toEqual(['plan', 'show'])
  await expect(verify(verifying('another').stack)).rejects.toThrow('The plan is not the approved one')
  const sealed = verifying(String(first.outputs['approval']))
  await verify(sealed.stack)
  expect(sealed.lines.join()).toContain('Every change in the plan was approved.')
})
