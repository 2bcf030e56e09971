import { truncateToBytes } from '../../../toolkit/step.ts'

test('what fits is left alone', () => {
  expect(truncateToBytes('äöü', 6)).toBe('äöü')
})

test("what does not fit is cut at a line's end, and says so", () => {
  const cut = truncateToBytes(`${'line of text\n'.repeat(100)}`, 400)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(400)
  expect(cut).toMatch(/^(line of text\n)+line of text\n\n_Cut here/)
})

test('a single long line of wide characters is cut between two of them', () => {
  const cut = truncateToBytes('ä'.repeat(1000), 301)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(301)
  expect(cut).toMatch(/^ä+\n\n_Cut here/)
})
