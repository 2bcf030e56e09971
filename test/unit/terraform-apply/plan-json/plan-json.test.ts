import {
  hasChanges,
  type ResourceValues,
  resourcesOf,
} from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { change, plan } from '../plans.ts'

const same = change('a.b', { actions: ['no-op'] })

test('has changes when Terraform says so, whatever the counts are', () => {
  expect(hasChanges(plan([], { applyable: true }))).toBe(true)
  expect(hasChanges(plan([change('a.b', { actions: ['create'] })], { applyable: false }))).toBe(false)
})

test.each([
  ['nothing', plan([]), false],
  ['no-ops', plan([same], { output_changes: { o: { actions: ['no-op'] } } }), false],
  ['a resource', plan([same, change('a.c', { actions: ['delete', 'create'] })]), true],
  ['a move', plan([change('a.b', { actions: ['no-op'] }, { previous_address: 'a.c' })]), true],
  ['an output', plan([], { output_changes: { o: { actions: ['update'] } } }), true],
])('counts the changes itself before Terraform 1.8: %s', (_, made, expected) => {
  expect(hasChanges(made)).toBe(expected)
})

test('lists the resources of a module and of all modules below it', () => {
  const resource = (address: string): ResourceValues => ({
    address,
    mode: 'managed',
    type: 'a',
    name: 'b',
    values: {},
  })
  const inner = { child_modules: [{ resources: [resource('module.x.module.y.a.b')] }] }
  const root = { resources: [resource('a.b')], child_modules: [inner, { resources: [resource('module.z.a.b')] }] }
  expect(resourcesOf(root).map(({ address }) => address)).toEqual(['a.b', 'module.x.module.y.a.b', 'module.z.a.b'])
  expect(resourcesOf(undefined)).toEqual([])
})
