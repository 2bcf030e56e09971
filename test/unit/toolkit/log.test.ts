import { escapeCommands } from '../../../toolkit/log.ts'

test.each([
  ['::add-mask::a', ':\u200b:add-mask::a'],
  ['  \t::set-output name=verdict::succeeded', '  \t:\u200b:set-output name=verdict::succeeded'],
  ['first\n::stop-commands::x', 'first\n:\u200b:stop-commands::x'],
  ['told ##[error]no luck', 'told #\u200b#[error]no luck'],
])('%j is no command to the runner', (line, expected) => {
  expect(escapeCommands(line)).toBe(expected)
})

test.each(['std::vector', 'a :: b', '## [heading]', 'arn:aws:iam::123456789012:role/web', ''])(
  '%j stays as it is',
  (line) => {
    expect(escapeCommands(line)).toBe(line)
  },
)
