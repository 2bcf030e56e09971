import { expand } from '../../../../actions/build-image/src/sources/dockerfile-variables.ts'

const VALUES = new Map<string, string | undefined>([
  ['SET', 'set'],
  ['EMPTY', ''],
  ['UNKNOWN', undefined],
])

test.each([
  ['plain', 'plain'],
  ['$SET', 'set'],
  ['${SET}-x', 'set-x'],
  ['$SET.$SET', 'set.set'],
  ['${MISSING-default}', 'default'],
  ['${SET-default}', 'set'],
  ['${EMPTY-default}', ''],
  ['${EMPTY:-default}', 'default'],
  ['${SET+yes}', 'yes'],
  ['${MISSING+yes}', ''],
  ['${EMPTY+yes}', 'yes'],
  ['${EMPTY:+yes}', ''],
  ['${MISSING:-${SET}/${EMPTY:-b}}', 'set/b'],
  ['${SET-${UNKNOWN}}', 'set'],
])('%s is `%s`', (text, expanded) => {
  expect(expand(text, VALUES)).toBe(expanded)
})

test.each([
  ['a variable without a value', '$MISSING'],
  ['a variable whose value is not known', '$UNKNOWN'],
  ['its default too, as it may have a value', '${UNKNOWN-default}'],
  ['an argument that BuildKit sets', '${TARGETARCH-amd64}'],
  ['an operator that is not supported', '${SET#s}'],
  ['a brace that is not closed', '${MISSING-default'],
  ['a brace that is not closed, although its text is not needed', '${SET-default'],
  ['an inner brace that is not closed', '${MISSING-${SET}'],
  ['a dollar sign alone', 'a$'],
  ['an escaped character', '\\$SET'],
  ['a quote', '"$SET"'],
])('does not expand %s: %s', (_, text) => {
  expect(expand(text, VALUES)).toBeUndefined()
})

test('a given value wins over one that BuildKit sets', () => {
  expect(expand('$TARGETARCH', new Map([['TARGETARCH', 'riscv64']]))).toBe('riscv64')
})
