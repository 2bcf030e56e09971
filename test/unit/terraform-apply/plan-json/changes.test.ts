import {
  changesAsData,
  changesOf,
  countKinds,
  driftOf,
} from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import { change, plan } from '../plans.ts'

const made = plan([
  change('z.updated', { actions: ['update'] }),
  change('a.same', { actions: ['no-op'] }),
  change('b.gone', { actions: ['delete'] }, { action_reason: 'delete_because_no_resource_config' }),
  change('c.replaced', { actions: ['delete', 'create'], replace_paths: [['engine', 0, 'version']] }),
  change('d.kept', { actions: ['create', 'delete'] }),
  change('e.let_go', { actions: ['create', 'forget'] }),
  change('f.forgotten', { actions: ['forget'] }),
  change('g.imported', { actions: ['no-op'], importing: { id: 'i-1' } }),
  change('h.moved', { actions: ['no-op'] }, { previous_address: 'h.old' }),
  change('i.data', { actions: ['read'] }, { mode: 'data' }),
])

test('sorts changes by severity and address, and leaves out no-ops', () => {
  expect(changesOf(made).map(({ kind, address }) => `${kind} ${address}`)).toEqual([
    'delete b.gone',
    'replace c.replaced',
    'replace d.kept',
    'replace e.let_go',
    'forget f.forgotten',
    'update z.updated',
    'import g.imported',
    'move h.moved',
    'read i.data',
  ])
  expect(countKinds(changesOf(made))).toMatchObject({ delete: 1, replace: 3, create: 0, update: 1 })
})

test('gives address, action and reason of a change as data, and no values', () => {
  expect(changesAsData(changesOf(made)).slice(0, 2)).toEqual([
    { address: 'b.gone', type: 'b', action: 'delete', reason: 'delete_because_no_resource_config' },
    { address: 'c.replaced', type: 'c', action: 'replace', forcedBy: ['engine[0].version'] },
  ])
})

test('separates drift from changes', () => {
  expect(driftOf(plan([], { resource_drift: [change('a.b', { actions: ['delete'] })] }))).toMatchObject([
    { kind: 'delete' },
  ])
})
