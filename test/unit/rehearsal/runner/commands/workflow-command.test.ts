import { annotationOf, parseCommand } from '../../../../../rehearsal/runner/commands/workflow-command.ts'

it.each([
  ['::debug::x', { name: 'debug', properties: {}, message: 'x' }],
  ['  ::Add-Mask::s3cret', { name: 'add-mask', properties: {}, message: 's3cret' }],
  [
    '::error file=a.ts,line=3::It broke',
    { name: 'error', properties: { file: 'a.ts', line: '3' }, message: 'It broke' },
  ],
  [
    '::warning title=C%3A\\x%2C y::one%0Atwo %25 %3A',
    { name: 'warning', properties: { title: 'C:\\x, y' }, message: 'one\ntwo % %3A' },
  ],
  ['::error title=::x', { name: 'error', properties: {}, message: 'x' }],
  ['::group::a::b', { name: 'group', properties: {}, message: 'a::b' }],
  [
    'built ##[warning file=a.ts;title=C%3B]one%5D%0Atwo',
    {
      name: 'warning',
      properties: { file: 'a.ts', title: 'C;' },
      message: 'one]\ntwo',
    },
  ],
  ['::unknown::##[debug]x', { name: 'debug', properties: {}, message: 'x' }],
])('parses %s', (line, command) => {
  expect(parseCommand(line)).toEqual(command)
})

it.each(['', 'error: x', 'see ::error::x', '::error', ':error::x', '::made-up::x', '##[made-up]x', '##[error x'])(
  'ignores %j',
  (line) => {
    expect(parseCommand(line)).toBeUndefined()
  },
)

it("trims .NET's white space before a command, and nothing else", () => {
  const characters = [...Array(0x10000).keys()].filter(
    (code) => parseCommand(`${String.fromCharCode(code)}::debug::x`) !== undefined,
  )
  expect(characters).toEqual([
    ...[0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680],
    ...[0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a],
    ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ])
})

it('takes the token of stop-commands for a name until it has come', () => {
  expect(parseCommand('::tok3n::')).toBeUndefined()
  expect(parseCommand('::tok3n::', 'tok3n')).toMatchObject({ name: 'tok3n' })
  expect(parseCommand('##[tok3n]', 'tok3n')).toMatchObject({ name: 'tok3n' })
})

it('makes annotations of notice, warning and error only', () => {
  const annotation = (line: string) => annotationOf(parseCommand(line) as NonNullable<ReturnType<typeof parseCommand>>)
  expect(annotation('::notice::x')).toMatchObject({ level: 'notice', message: 'x' })
  expect(annotation('::error file=a.ts,line=3,title=T::x')).toEqual({
    ...{ level: 'error', message: 'x', file: 'a.ts', title: 'T' },
    line: 3,
  })
  expect(annotation('::error line=x::y')).not.toHaveProperty('line')
  expect(annotation('::debug::x')).toBeUndefined()
})
