import {
  canonicalJson,
  entriesOf,
  keyedDigest,
  without,
} from '../../../../actions/terraform-apply/src/approval/fingerprint.ts'
import { change, plan } from '../plans.ts'

test('writes equal values as equal canonical JSON', () => {
  expect(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[1,{"d":null}]}')
})

test('removes the members at some paths from a value', () => {
  expect(
    without({ a: { b: 1, c: 2 }, d: [1, 2] }, [
      ['a', 'b'],
      ['d', 0],
    ]),
  ).toEqual({ a: { c: 2 }, d: [null, 2] })
  expect(without('x', [[]])).toBe(null)
})

test('gives another digest with another key', () => {
  expect(keyedDigest('one key')({ a: 1 })).toBe(keyedDigest('one key')({ a: 1 }))
  expect(keyedDigest('one key')({ a: 1 })).not.toBe(keyedDigest('another key')({ a: 1 }))
})

test('lists what a plan changes by address, without values', () => {
  const made = plan([
    change('b.y', {
      actions: ['delete', 'create'],
      before: {},
      after: { password: 'hunter2' },
      replace_paths: [['name']],
    }),
    change('a.x', { actions: ['create'], before: null, after: {}, after_unknown: { id: true } }),
    change('c.z', { actions: ['no-op'] }),
  ])
  const entries = entriesOf(made, keyedDigest('a key'))
  expect(entries).toEqual([
    { address: 'a.x', actions: 'create', unknown: [['id']], written: expect.any(String), digest: expect.any(String) },
    { address: 'b.y', actions: 'delete,create', forcedBy: ['name'], digest: expect.any(String) },
  ])
  expect(JSON.stringify(entries)).not.toContain('hunter2')
})
