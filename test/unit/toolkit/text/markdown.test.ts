import { block, code, details, html, join, link, message, table, text } from '../../../../toolkit/text/markdown.ts'

test('escapes markdown and mentions', () => {
  expect(text('a_b *c* <script> [x](y) | #1\n@team')).toBe('a\\_b \\*c\\* &lt;script> \\[x\\](y) \\| \\#1 @\u200bteam')
})

test('keeps back-ticks and pipes in code', () => {
  expect(code('a')).toBe('`a`')
  expect(code('a`b|c')).toBe('`` a`b\\|c ``')
})

test.each(['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
  'text and code stay on one line at %j',
  (end) => {
    expect(text(`a${end}b`)).toBe('a b')
    expect(code(`a${end}b`)).toBe('`a b`')
    expect(link('run', `https://x/a${end}b`)).toMatch(/^\[run\]\(https:\/\/x\/a(%[0-9A-F]{2})+b\)$/)
  },
)

test('no text is code that begins and ends: two back-ticks would begin the code of a later one', () => {
  expect(code('')).toBe('` `')
  expect(code('\n')).toBe('` `')
})

test('HTML shows text as it is, on one line', () => {
  expect(html('a<b>&amp; @team\r\n</summary>')).toBe('a&lt;b>&amp;amp; @\u200bteam &lt;/summary>')
})

test('a block is fenced by more back-ticks than it holds', () => {
  expect(block('x', 'json')).toBe('```json\nx\n```')
  expect(block('```\nx\n```')).toBe('````\n```\nx\n```\n````')
})

test('a link needs an address', () => {
  expect(link('run', 'https://x/a b)')).toBe('[run](https://x/a%20b%29)')
  expect(link('run', '')).toBe('run')
})

test('half of a letter is the replacement character in an address', () => {
  expect(link('run', 'https://x/\ud835')).toBe('[run](https://x/%EF%BF%BD)')
})

test('adds empty cells to short rows of a table', () => {
  expect(table(['a', 'b'], [['1', '2'], ['3']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |')
})

test('leaves out empty parts', () => {
  expect(join('a', '', undefined, details('s', 'b'))).toBe('a\n\n<details><summary>s</summary>\n\nb\n\n</details>')
})

test('a message keeps its inline code, and nothing else of markdown', () => {
  expect(message('Service `a|b`: *no* <img src=x> `open')).toBe('Service `a\\|b`: \\*no\\* &lt;img src=x> \\`open')
})
