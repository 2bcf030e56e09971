import { changesOf, driftOf } from '../../../actions/terraform-apply/src/changes.ts'
import { classifyDrift } from '../../../actions/terraform-apply/src/drift.ts'
import type { ResourceChange } from '../../../actions/terraform-apply/src/plan-json.ts'
import { change, plan } from './plans.ts'

const classify = (changes: readonly ResourceChange[], drift: readonly ResourceChange[]) => {
  const { outside, pending } = classifyDrift(changesOf(plan(changes)), driftOf(plan([], { resource_drift: drift })))
  return { outside: outside.map(({ address }) => address), pending: pending.map(({ address }) => address) }
}

const drifted = change('a.x', { before: { size: 1, name: 'a' }, after: { size: 2, name: 'a' } })

test('a change that only takes drift back is that drift', () => {
  const back = change('a.x', {
    before: { size: 2, name: 'a' },
    after: { size: 1, name: 'a' },
    after_unknown: { etag: true },
  })
  expect(classify([back], [drifted])).toEqual({ outside: ['a.x'], pending: [] })
})

test('a change that does more is pending too', () => {
  const more = change('a.x', { before: { size: 2, name: 'a' }, after: { size: 1, name: 'b' } })
  expect(classify([more], [drifted])).toEqual({ outside: ['a.x'], pending: ['a.x'] })
})

test('what was deleted outside is drift, and making it again is no news', () => {
  const deleted = change('a.x', { actions: ['delete'], before: { size: 1 } })
  const again = change('a.x', { actions: ['create'], after: { size: 1 } })
  expect(classify([again], [deleted])).toEqual({ outside: ['a.x'], pending: [] })
})

test('a change without drift is pending, drift without a change is outside, and reads are neither', () => {
  const read = change('data.z', { actions: ['read'] }, { mode: 'data' })
  expect(classify([change('b.y', { actions: ['create'] }), read], [drifted])).toEqual({
    outside: ['a.x'],
    pending: ['b.y'],
  })
})

test('drift that shows no attribute is none', () => {
  expect(classify([], [change('a.x', { before: { n: 1 }, after: { n: 1 } })])).toEqual({ outside: [], pending: [] })
})
