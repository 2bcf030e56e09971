import * as fc from 'fast-check'
import { pathText, sameValue } from '../../../../actions/terraform-apply/src/plan-json/json-values.ts'
import { diffValues, type Sides } from '../../../../actions/terraform-apply/src/plan-json/value-diff.ts'

const sides = (before: unknown, after: unknown, marks: Partial<Sides> = {}): Sides => ({
  before,
  after,
  unknown: undefined,
  beforeSensitive: undefined,
  afterSensitive: undefined,
  ...marks,
})
const diff = (...given: Parameters<typeof sides>) =>
  [...diffValues(sides(...given))].map(({ path, before, after }) => [
    pathText(path),
    'value' in before ? before.value : before.kind,
    'value' in after ? after.value : after.kind,
  ])

test('yields the leaves that differ by their paths', () => {
  expect(
    diff(
      { name: 'a', tags: { 'a.b': 1, same: 2 }, list: [1, { x: 1 }] },
      { name: 'b', tags: { same: 2 }, list: [1, { x: 2 }, 3] },
    ),
  ).toEqual([
    ['list[1].x', 1, 2],
    ['list[2]', 'absent', 3],
    ['name', 'a', 'b'],
    ['tags["a.b"]', 1, 'absent'],
  ])
})

test('yields unknown values at any depth', () => {
  const after = { list: [null] }
  expect(diff(null, after, { unknown: { id: true, list: [true] } })).toEqual([
    ['id', 'absent', 'unknown'],
    ['list[0]', 'absent', 'unknown'],
  ])
})

test('yields a sensitive value as a whole', () => {
  const marks = { beforeSensitive: { login: true }, afterSensitive: { login: true } }
  expect(diff({ login: { user: 'a', password: 'b' } }, { login: { user: 'a', password: 'c' } }, marks)).toEqual([
    ['login', 'sensitive', 'sensitive'],
  ])
  expect(diff({ login: 'a' }, { login: 'a' }, marks)).toEqual([])
  expect(diff({ login: 'a' }, {}, { ...marks, unknown: { login: true } })).toEqual([['login', 'sensitive', 'unknown']])
})

test('compares a JSON document in a string member by member', () => {
  const policy = (action: string, space = '') => JSON.stringify({ Statement: [{ Action: action }] }, null, space)
  expect(diff({ policy: policy('s3:*') }, { policy: policy('s3:Get*') })).toEqual([
    ['policy.Statement[0].Action', 's3:*', 's3:Get*'],
  ])
  expect(diff({ policy: policy('s3:*') }, { policy: policy('s3:*', '  ') })).toEqual([])
})

test('yields a change of kind, and no difference between null and an empty list', () => {
  expect(diff({ a: 'x', b: null, c: [1], d: {} }, { a: {}, b: [], c: { 0: 1 }, d: {} })).toEqual([
    ['a', 'x', {}],
    ['c', [1], { 0: 1 }],
  ])
  expect(diff({ a: 'x' }, { a: ['secret'] }, { afterSensitive: { a: [true] } })).toEqual([['a', 'x', 'sensitive']])
})

test('treats names such as `constructor` as ordinary keys', () => {
  expect(diff({ constructor: 'x' }, {})).toEqual([['constructor', 'x', 'absent']])
  expect(sameValue({ toString: null }, {})).toBe(true)
})

test('yields a difference exactly when two values are not equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(diff(a, a)).toEqual([])
      // Texts that hold documents are compared by what these say.
      fc.pre(!(typeof a === 'string' && /^\s*[[{]/.test(a)) && !/"[[{]|null|\[\]|\{\}/.test(JSON.stringify([a, b])))
      expect(diff(a, b).length > 0).toBe(!sameValue(a, b))
    }),
  )
})
