import { truncateToBytes } from '../../../toolkit/step.ts'

test('does not change a text that fits', () => {
  expect(truncateToBytes('äöü', 6)).toBe('äöü')
})

test('cuts a longer text at the end of a line, and says so', () => {
  const cut = truncateToBytes(`${'line of text\n'.repeat(100)}`, 400)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(400)
  expect(cut).toMatch(/^(line of text\n)+line of text\n\n_Cut here/)
})

test('cuts a single long line between two characters', () => {
  const cut = truncateToBytes('ä'.repeat(1000), 301)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(301)
  expect(cut).toMatch(/^ä+\n\n_Cut here/)
})
