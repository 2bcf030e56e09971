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
  ['::group::a::b', { name: 'group', properties: {}, message: 'a::b' }],
])('parses %s', (line, command) => {
  expect(parseCommand(line)).toEqual(command)
})

it.each(['', 'error: x', 'see ::error::x', '::error', ':error::x'])('ignores %j', (line) => {
  expect(parseCommand(line)).toBeUndefined()
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
