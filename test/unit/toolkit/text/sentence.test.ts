import { sentence } from '../../../../toolkit/text/sentence.ts'

test.each([
  ['no space left', 'No space left.'],
  ['It ended.', 'It ended.'],
  ['is it built for this CPU?', 'Is it built for this CPU?'],
  ['and so on…', 'And so on…'],
  ['  padded ', 'Padded.'],
  ['', ''],
])('%j is the sentence %j', (text, expected) => {
  expect(sentence(text)).toBe(expected)
})
