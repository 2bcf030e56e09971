import {
  asText,
  evaluate,
  holds,
  type Scope,
  type Status,
} from '../../../../../rehearsal/runner/expressions/evaluate.ts'

const scope = (status: Status = 'success'): Scope => ({
  contexts: { github: { ref: 'refs/heads/main', labels: ['a', 'b'] }, inputs: { force: false, note: "it's" } },
  status,
})

it.each([
  ["github.ref == 'refs/heads/main'", true],
  ["contains(github.labels, 'B')", true],
  ["format('{0}-{1}', github.labels[0], 2)", 'a-2'],
  ["inputs.note == 'it''s'", true],
  ["'a''b''c'", "a'b'c"],
  ['github.missing', null],
  ['fromJSON(\'{"n": 1}\')', { n: 1 }],
])('evaluates %s', (expression, value) => {
  expect(evaluate(expression, scope())).toEqual(value)
})

it.each([
  ['success()', { success: true, failure: false, cancelled: false, skipped: false }],
  ['failure()', { success: false, failure: true, cancelled: false, skipped: false }],
  ['cancelled()', { success: false, failure: false, cancelled: true, skipped: false }],
  ['always()', { success: true, failure: true, cancelled: true, skipped: true }],
  ['!cancelled()', { success: true, failure: true, cancelled: false, skipped: true }],
  ['success() && inputs.force', { success: false }],
])('condition %s', (condition, results) => {
  for (const [status, result] of Object.entries(results)) {
    expect([status, holds(condition, scope(status as Status))]).toEqual([status, result])
  }
})

it.each([
  [null, ''],
  [true, 'true'],
  [1.5, '1.5'],
  ['x', 'x'],
  [['a'], 'Array'],
  [{}, 'Object'],
])('converts %j to the text %j', (value, text) => {
  expect(asText(value)).toBe(text)
})

it('refuses unknown contexts and functions', () => {
  expect(() => evaluate('matrix.os', scope())).toThrow('matrix')
  expect(() => evaluate("hashFiles('x')", scope())).toThrow('no hashFiles()')
})
