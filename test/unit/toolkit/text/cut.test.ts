import { cut, ellipsis } from '../../../../toolkit/text/cut.ts'

const LETTER = '\u{1d400}'

test.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  [`a${LETTER}`, 2, 'a'],
  [`a${LETTER}b`, 3, `a${LETTER}`],
  [LETTER, 1, ''],
  [LETTER, 0, ''],
  ['a\ud835', 2, 'a\ud835'],
])('cuts %j to %i', (text, limit, expected) => {
  expect(cut(text, limit)).toBe(expected)
})

test('an ellipsis stands for what is left out', () => {
  expect(ellipsis('abc', 3)).toBe('abc')
  expect(ellipsis('abcd', 3)).toBe('ab…')
  expect(ellipsis(`a${LETTER}cd`, 3)).toBe('a…')
})
