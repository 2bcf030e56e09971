import { parseCommand } from '../../../rehearsal/runner/commands/workflow-command.ts'
import { escapeCommands } from '../../../toolkit/log.ts'

/** The commands that the runner finds in what is printed. It reads lines that end with `\n`, `\r` or both. */
const commandsIn = (printed: string) => printed.split(/\r\n|\r|\n/).filter((line) => parseCommand(line) !== undefined)

test.each([
  ['::add-mask::a', ':\u200b:add-mask::a'],
  ['  \t::set-output name=verdict::succeeded', '  \t:\u200b:set-output name=verdict::succeeded'],
  ['first\n::stop-commands::x', 'first\n:\u200b:stop-commands::x'],
  ['first\r::stop-commands::x', 'first\r:\u200b:stop-commands::x'],
  ['\u0085::add-mask::sha256', '\u0085:\u200b:add-mask::sha256'],
  ['told ##[error]no luck', 'told #\u200b#[error]no luck'],
])('escapes %j, so that the runner reads no command', (line, expected) => {
  expect(commandsIn(line)).toHaveLength(1)
  expect(escapeCommands(line)).toBe(expected)
  expect(commandsIn(expected)).toEqual([])
})

test('a command is escaped whatever character stands before it', () => {
  const characters = [...Array(0x10000).keys()].map((code) => String.fromCharCode(code))
  const texts = characters.map((character) => `first\n \t${character}${character} ::add-mask::a`)
  expect(texts.filter((text) => commandsIn(text).length > 0).length).toBeGreaterThan(20)
  expect(texts.filter((text) => commandsIn(escapeCommands(text)).length > 0)).toEqual([])
})

// .NET's StartsWith and IndexOf compare by the culture: characters without a weight, as the one that escapes, are none to them.
describe('a runner that compares by culture', () => {
  const weighty = (text: string) => text.replace(/[\p{Cf}\p{Cc}\p{Mn}\u115f\u1160\u3164\uffa0]/gu, '')
  const named = (info: string) => parseCommand(`::${info}::`) !== undefined

  /** As ActionCommand.TryParseV2: the name stands two characters after the start, whatever those are. */
  function hasColons(line: string): boolean {
    const trimmed = line.replace(/^(?:[\t-\r\u0085\p{Z}])+/u, '')
    if (!weighty(trimmed).startsWith('::')) return false
    for (let end = 2; end < trimmed.length; end++) {
      if (weighty(trimmed.slice(end)).startsWith('::') && named(trimmed.slice(2, end))) return true
    }
    return false
  }

  /** As ActionCommand.TryParse: the name stands three characters after the prefix. */
  function hasBrackets(line: string): boolean {
    for (let start = 0; start < line.length; start++) {
      const end = line.indexOf(']', start)
      if (end > 0 && weighty(line.slice(start)).startsWith('##[') && named(line.slice(start + 3, end))) return true
    }
    return false
  }

  const found = (text: string) => text.split(/\r\n|\r|\n/).some((line) => hasColons(line) || hasBrackets(line))

  test.each(['\0', '\u00ad', '\u200b', '\u200d', '\u2060', '\ufe0f', '\ufeff', '\u{e0001}'])(
    'finds no command behind or between %j',
    (hidden) => {
      const texts = ['::', `${hidden}::`, `:${hidden}:`, `::${hidden}`, ':::', `${hidden}:::`, `:${hidden}::`]
        .map((start) => `${start}add-mask::a`)
        .concat(['##[', `${hidden}##[`, `#${hidden}#[`, `##${hidden}[`, '###['].map((start) => `${start}add-mask]a`))
      expect(texts.filter(found)).toEqual([
        '::add-mask::a',
        '##[add-mask]a',
        `${hidden}##[add-mask]a`,
        '###[add-mask]a',
      ])
      expect(texts.map(escapeCommands).filter(found)).toEqual([])
    },
  )
})

test('a byte order mark, which the runner drops at the start of the output, hides no command', () => {
  expect(escapeCommands('\ufeff::add-mask::a')).toBe('\ufeff:\u200b:add-mask::a')
})

test('a megabyte of white space is read once', () => {
  const space = `${' '.repeat(1 << 20)}\n${'\n'.repeat(1 << 20)}`
  expect(escapeCommands(`${space}text`)).toBe(`${space}text`)
})

test.each(['std::vector', 'a :: b', '## [heading]', 'arn:aws:iam::123456789012:role/web', ''])(
  '%j stays as it is',
  (line) => {
    expect(escapeCommands(line)).toBe(line)
  },
)
