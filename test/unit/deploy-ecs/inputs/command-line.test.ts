import { readCommandLine } from '../../../../actions/deploy-ecs/src/inputs/command-line.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const read = (value: string) =>
  readCommandLine(new InputReader({ 'INPUT_CONTAINER-COMMAND': value }), 'container-command')

test.each([
  ['npm run migrate', ['npm', 'run', 'migrate']],
  [`sh -c 'echo "a b"' ""`, ['sh', '-c', 'echo "a b"', '']],
  ['["sh", "-c", "x y"]', ['sh', '-c', 'x y']],
  [String.raw`a\ b "c\"d"`, ['a b', 'c"d']],
])('%s has the words %j', (value, words) => {
  expect(read(value)).toEqual(words)
})

test.each([
  // Words as a POSIX shell splits them.
  [`echo 'a "b" c'`, ['echo', 'a "b" c']],
  [`echo a'b'c"d"`, ['echo', 'abcd']],
  [String.raw`echo 'a\b' a\\b`, ['echo', String.raw`a\b`, String.raw`a\b`]],
  ['  a \t b\nc ', ['a', 'b', 'c']],
  ['echo $HOME *', ['echo', '$HOME', '*']],
  ['["a", ""]', ['a', '']],
])('%j has the words %j', (value, words) => {
  expect(read(value)).toEqual(words)
})

test('is undefined for an input that is not set', () => {
  expect(read('')).toBeUndefined()
})

test.each(['[]', '[1]', '["a"', '[["a"]]', 'echo "a', "echo 'a"])('%s is refused', (value) => {
  expect(() => read(value)).toThrow('Input `container-command` ')
})
