import { changesOf, driftOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import type { ResourceChangeJson } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { classifyDrift } from '../../../../actions/terraform-apply/src/review/drift.ts'
import { change, plan } from '../plans.ts'

const classify = (changes: readonly ResourceChangeJson[], drift: readonly ResourceChangeJson[]) => {
  const { outside, pending } = classifyDrift(changesOf(plan(changes)), driftOf(plan([], { resource_drift: drift })))
  return { outside: outside.map(({ address }) => address), pending: pending.map(({ address }) => address) }
}

const drifted = change('a.x', { before: { size: 1, name: 'a' }, after: { size: 2, name: 'a' } })

test('counts a change that only reverts drift as that drift', () => {
  const back = change('a.x', {
    before: { size: 2, name: 'a' },
    after: { size: 1, name: 'a' },
    after_unknown: { etag: true },
  })
  expect(classify([back], [drifted])).toEqual({ outside: ['a.x'], pending: [] })
})

test('counts a change that does more as pending too', () => {
  const more = change('a.x', { before: { size: 2, name: 'a' }, after: { size: 1, name: 'b' } })
  expect(classify([more], [drifted])).toEqual({ outside: ['a.x'], pending: ['a.x'] })
})

test('counts a change to a third value as pending too', () => {
  const further = change('a.x', { before: { size: 2, name: 'a' }, after: { size: 3, name: 'a' } })
  expect(classify([further], [drifted])).toEqual({ outside: ['a.x'], pending: ['a.x'] })
})

test('ignores drift that the change leaves to the provider', () => {
  const before = { size: 1, etag: 'one' }
  const outside = change('a.x', { before, after: { size: 2, etag: 'two' } })
  const back = change('a.x', { before: { size: 2, etag: 'two' }, after: { size: 1, etag: 'two' } })
  expect(classify([back], [outside])).toEqual({ outside: ['a.x'], pending: [] })
})

test('distinguishes a secret that is reverted from one that becomes another', () => {
  const marked = (before: string, after: string) =>
    change('a.x', {
      before: { p: before },
      after: { p: after },
      before_sensitive: { p: true },
      after_sensitive: { p: true },
    })
  expect(classify([marked('two', 'one')], [marked('one', 'two')])).toEqual({ outside: ['a.x'], pending: [] })
  expect(classify([marked('two', 'three')], [marked('one', 'two')])).toEqual({ outside: ['a.x'], pending: ['a.x'] })
})

test('compares a JSON document in a string by its content', () => {
  const [was, became] = ['{"Allow":["a"]}', '{"Allow":["a","b"]}']
  const outside = change('a.x', { before: { policy: was }, after: { policy: became } })
  const to = (policy: string) => change('a.x', { before: { policy: became }, after: { policy } })
  expect(classify([to('{ "Allow": ["a"] }')], [outside]).pending).toEqual([])
  expect(classify([to('{"Allow":["c"]}')], [outside]).pending).toEqual(['a.x'])
})

test('counts creating again what was deleted outside as that drift', () => {
  const deleted = change('a.x', { actions: ['delete'], before: { size: 1 } })
  const again = change('a.x', { actions: ['create'], after: { size: 1 } })
  expect(classify([again], [deleted])).toEqual({ outside: ['a.x'], pending: [] })
})

test('counts creating something else than what was deleted outside as pending too', () => {
  const deleted = change('a.x', { actions: ['delete'], before: { id: 'x', size: 1, label: 'old', note: '' } })
  const again = (after: object) => change('a.x', { actions: ['create'], after, after_unknown: { id: true } })
  const pending = (after: object) => classify([again(after)], [deleted]).pending
  // A provider keeps an empty text where the configuration says nothing.
  expect(pending({ size: 1, label: 'old', note: null })).toEqual([])
  expect(pending({ size: 2, label: 'old' })).toEqual(['a.x'])
  expect(pending({ size: 1 })).toEqual(['a.x'])
  expect(pending({ size: 1, label: 'old', more: true })).toEqual(['a.x'])
})

test('counts a change without drift as pending, drift without a change as outside, and a read as neither', () => {
  const read = change('data.z', { actions: ['read'] }, { mode: 'data' })
  expect(classify([change('b.y', { actions: ['create'] }), read], [drifted])).toEqual({
    outside: ['a.x'],
    pending: ['b.y'],
  })
})

test('ignores drift that shows no attribute', () => {
  expect(classify([], [change('a.x', { before: { n: 1 }, after: { n: 1 } })])).toEqual({ outside: [], pending: [] })
})
