import {
  isMarked,
  isUnder,
  keysOf,
  member,
  pathText,
  sameValue,
} from '../../../../actions/terraform-apply/src/plan-json/json-values.ts'

test.each([
  [[], ''],
  [['container', 0, 'image'], 'container[0].image'],
  [['tags', 'a.b'], 'tags["a.b"]'],
  [['tags', 'say "hi"'], 'tags["say \\"hi\\""]'],
  [['tags', '0'], 'tags["0"]'],
  [['a-b', '_c'], 'a-b._c'],
  [[0, 'x'], '[0].x'],
] as const)('writes the path %j as Terraform does: %s', (path, text) => {
  expect(pathText(path)).toBe(text)
})

test.each([
  [['a', 0, 'b'], ['a', 0], true],
  [['a', 0], ['a', 0], true],
  [['a'], [], true],
  [['a'], ['a', 0], false],
  [['a', 1], ['a', 0], false],
  [['a', '0'], ['a', 0], false],
])('the path %j is at or below %j: %s', (path, upper, expected) => {
  expect(isUnder(path, upper)).toBe(expected)
})

test.each([
  [1, 1, true],
  [1, '1', false],
  [null, undefined, true],
  [{ a: null }, {}, true],
  [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { a: 1, b: 0 }, false],
  [[1, 2], [2, 1], false],
  [[1], [1, null], false],
  [[], {}, false],
  [null, {}, false],
])('compares %j with %j: %s', (a, b, expected) => {
  expect(sameValue(a, b)).toBe(expected)
  expect(sameValue(b, a)).toBe(expected)
})

test('gives a member of an object or list, and `true` below a mark of `true`', () => {
  expect(member({ a: 1 }, 'a')).toBe(1)
  expect(member([7, 8], 1)).toBe(8)
  expect(member(true, 'any')).toBe(true)
})

test.each([
  [{ a: 1 }, 'b'],
  [[7], 1],
  ['text', 0],
  [null, 'a'],
  [{}, 'constructor'],
])('gives no member of %j for %j', (value, key) => {
  expect(member(value, key)).toBeUndefined()
})

test('gives the sorted names of all objects, or the indexes of the longest list', () => {
  expect(keysOf({ b: 1, a: 1 }, undefined, { c: 1, a: 2 })).toEqual(['a', 'b', 'c'])
  expect(keysOf([1], [1, 2, 3], null)).toEqual([0, 1, 2])
  expect(keysOf('text', 1)).toEqual([])
})

test.each([
  [true, true],
  [{ a: [{ b: true }] }, true],
  [{ a: [{ b: false }], c: {} }, false],
  [false, false],
  [undefined, false],
])('the marks %j mark a value: %s', (marks, expected) => {
  expect(isMarked(marks)).toBe(expected)
})
