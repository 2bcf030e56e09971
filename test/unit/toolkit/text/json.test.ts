import { MOST_LEVELS, parseJson, refuseDeepJson, TooDeepError } from '../../../../toolkit/text/json.ts'

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels)

test('parses JSON', () => {
  expect(parseJson('{"a": [1, "]"]}', 'The file')).toEqual({ a: [1, ']'] })
  expect(() => parseJson('{', 'The file')).toThrow(SyntaxError)
})

test.each(['[', '{"a":'])('refuses a text with too many levels of %s, and names it', (open) => {
  const close = open === '[' ? ']' : '}'
  const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`
  expect(() => parseJson(deep, 'The file `a.json`')).toThrow(TooDeepError)
  expect(() => parseJson(deep, 'The file `a.json`')).toThrow(/^The file `a.json` has JSON with more than 500 levels/)
})

test('counts levels, not brackets', () => {
  expect(() => refuseDeepJson(nested(MOST_LEVELS), 'x')).not.toThrow()
  expect(() => refuseDeepJson(nested(MOST_LEVELS + 1), 'x')).toThrow(TooDeepError)
  expect(() => refuseDeepJson(`[${`${nested(400)},`.repeat(3)}1]`, 'x')).not.toThrow()
  expect(() => refuseDeepJson(`["\\"${'['.repeat(1000)}", "\\\\", ${nested(10)}]`, 'x')).not.toThrow()
  expect(() => refuseDeepJson(`["\\\\", ${nested(MOST_LEVELS)}]`, 'x')).toThrow(TooDeepError)
})

test.each([
  ['a long string', `"${'a'.repeat(1 << 24)}"`],
  ['a long run of back-slashes', `"${'\\'.repeat(1 << 24)}"`],
  ['many quotes', `"${'\\"'.repeat(1 << 23)}"`],
  ['a string without an end', `"${'\\"'.repeat(1 << 23)}`],
])('reads %s', (_, text) => {
  expect(() => refuseDeepJson(text, 'x')).not.toThrow()
})
