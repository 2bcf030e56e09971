import { InputError } from '../../../toolkit/errors.ts'
import { InputReader } from '../../../toolkit/inputs.ts'

const reader = (value: string) => new InputReader({ 'INPUT_MY-INPUT': value })

function mistake(read: () => unknown): { message: string; hint: string | undefined } {
  try {
    read()
  } catch (error) {
    if (error instanceof InputError) return { message: error.message, hint: error.hint }
    throw error
  }
  throw new Error('No InputError was thrown.')
}

describe('text', () => {
  test('is trimmed, and undefined when there is none', () => {
    expect(reader('  web ').text('my-input')).toBe('web')
    expect(reader('   ').text('my-input')).toBeUndefined()
    expect(new InputReader({}).text('my-input')).toBeUndefined()
  })

  test("is found under the runner's own name for the input", () => {
    expect(new InputReader({ INPUT_MY_INPUT: 'x' }).text('my input')).toBe('x')
  })

  test('that is required says how to give it', () => {
    expect(mistake(() => reader('').required('my-input', 'web'))).toEqual({
      message: 'Input `my-input` is missing.',
      hint: 'Set it under `with:`, for example `my-input: web`.',
    })
  })
})

describe('choice', () => {
  const read = (value: string) => reader(value).choice('my-input', ['none', 'started', 'healthy'], 'healthy')

  test('is one of the words, or the fallback', () => {
    expect(read('none')).toBe('none')
    expect(read('')).toBe('healthy')
  })

  test('suggests the nearest word', () => {
    expect(mistake(() => read('Healthy'))).toEqual({
      message: 'Input `my-input` is `Healthy`, which is none of `none`, `started`, `healthy`.',
      hint: 'Did you mean `healthy`?',
    })
    expect(mistake(() => read('sta')).hint).toBe('Did you mean `started`?')
    expect(mistake(() => read('maybe')).hint).toContain('without the input it is `healthy`')
  })
})

test.each([
  ['true', true],
  ['TRUE', true],
  ['False', false],
  ['', true],
])('flag %j is %s', (value, expected) => {
  expect(reader(value).flag('my-input', true)).toBe(expected)
})

test('refuses other spellings of a flag', () => {
  expect(mistake(() => reader('yes').flag('my-input', true)).message).toBe(
    'Input `my-input` is `yes`, which is neither true nor false.',
  )
})

test('refuses an integer outside its bounds', () => {
  const read = (value: string) => reader(value).integer('my-input', { min: 0, max: 100 })
  expect(read('0')).toBe(0)
  expect(read('100')).toBe(100)
  expect(read('')).toBeUndefined()
  for (const bad of ['101', '-1', '1.5', '1e1', 'ten', '0x10']) {
    expect(mistake(() => read(bad)).message).toBe(
      `Input \`my-input\` is \`${bad}\`, which is not a whole number from 0 to 100.`,
    )
  }
})

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1h 30m', 5_400_000],
  ['1h30m5s', 5_405_000],
  ['', 7],
])('duration %j is %d ms', (value, expected) => {
  expect(reader(value).duration('my-input', 7)).toBe(expected)
})

test.each(['10', '5 minutes', '0s', '-1m', 'm', '1s 1m'])('duration %j is refused', (value) => {
  expect(mistake(() => reader(value).duration('my-input', 7)).hint).toContain('`1h 30m`')
})

test('duration up to a limit', () => {
  expect(reader('4m').duration('my-input', 7, { max: 240_000 })).toBe(240_000)
  expect(mistake(() => reader('4m 1s').duration('my-input', 7, { max: 240_000 })).message).toBe(
    'Input `my-input` is `4m 1s`, which is more than 4 min.',
  )
})

test.each([
  ['JSON', '["a", "b, c"]', ['a', 'b, c']],
  ['JSON over several lines', '[\n  "a",\n  7\n]', ['a', '7']],
  ['a flow sequence of YAML', '[a, \'b\', "c"]', ['a', 'b', 'c']],
  ['a block sequence of YAML', "- a\n- 'b, c'\n# not this\n-   d", ['a', 'b, c', 'd']],
  ['no list', '-a,[b]', ['-a', '[b]']],
  ['an empty list', '[]', []],
])('a list may be written as %s', (_, text, items) => {
  expect(reader(text).list('my-input')).toEqual(items)
})

test.each([
  ['["a", "b"', 'begins as a list, with `[`, and does not end as one.'],
  ['["a", {"b": 1}]', 'has an item that is not text.'],
])('refuses the list %s', (text, what) => {
  const error = mistake(() => reader(text).list('my-input'))
  expect(error.message).toBe(`Input \`my-input\` ${what}`)
})

test('lists are separated by commas and lines', () => {
  expect(reader('a, b\nc\n\n# not this\n,d,').list('my-input')).toEqual(['a', 'b', 'c', 'd'])
})

test.each([
  ['"a", b\n"c"', ['a', 'b', 'c']],
  ['"a, b","c""d"', ['a, b', 'c"d']],
  ['a"b", c', ['a"b"', 'c']],
])('takes the quotes of CSV off the items of %j', (text, items) => {
  expect(reader(text).list('my-input')).toEqual(items)
})

test('lines keep their commas', () => {
  expect(reader(' type=gha,mode=max \n#x\n\nb').lines('my-input')).toEqual(['type=gha,mode=max', 'b'])
})

describe('pairs', () => {
  test('split at the first equals sign', () => {
    expect(reader('A=1\nB = x=y \nC=').pairs('my-input')).toEqual([
      { key: 'A', value: '1' },
      { key: 'B', value: 'x=y' },
      { key: 'C', value: '' },
    ])
  })

  test('may be in double quotes, as docker/build-push-action reads them', () => {
    expect(
      reader('"A=1"\n"B=x ""y"" z"\n# no\n"C=first\n# second\n\nlast"\nD="z"\nE=["a","b"]').pairs('my-input'),
    ).toEqual([
      { key: 'A', value: '1' },
      { key: 'B', value: 'x "y" z' },
      { key: 'C', value: 'first\n# second\n\nlast' },
      { key: 'D', value: '"z"' },
      { key: 'E', value: '["a","b"]' },
    ])
  })

  test.each(['"A=1', "'A=1'", '"A"=1', 'B=1\n"A=1" # one'])('refuse the stray quote of %j', (text) => {
    const error = mistake(() => reader(text).pairs('my-input'))
    expect(error.message).toMatch(/^Input `my-input` is malformed: `.*` has a quote before its key\.$/)
    expect(error.hint).toContain('`"key=value"`')
    expect(mistake(() => reader(text).pairs('my-input', { secret: true })).message).toMatch(
      /^Input `my-input` is malformed: entry [12] has a quote before its key\.$/,
    )
  })

  test('shows a malformed line, unless it may be secret', () => {
    expect(mistake(() => reader('A=1\nhunter2').pairs('my-input')).message).toContain('`hunter2`')
    const hidden = mistake(() => reader('A=1\nhunter2').pairs('my-input', { secret: true }))
    expect(hidden.message).toBe('Input `my-input` is malformed: entry 2 is not of the form key=value.')
  })
})

test('returns a word of an optional choice, or undefined', () => {
  const read = (value: string) =>
    new InputReader({ INPUT_PRIORITY: value }).optionalChoice('priority', ['normal', 'low'])
  expect(read('')).toBeUndefined()
  expect(read('low')).toBe('low')
  expect(() => read('high')).toThrow('is `high`, which is none of `normal`, `low`')
})

describe('an input with a default word', () => {
  const read = (value: string | undefined, word = 'none') =>
    new InputReader({ 'INPUT_MY-INPUT': value }, { 'my-input': word })

  test.each(['', ' ', '\n'])('is refused at %j, by whatever reader', (value) => {
    expect(mistake(() => read(value))).toEqual({
      message: 'Input `my-input` is empty.',
      hint: 'Its expression has no value, such as an output that an earlier step or job did not set. Fix the expression, leave the input out, or write `none`.',
    })
  })

  test.each([',', ' , \n', '# nothing'])('is refused as a list without an item: %j', (value) => {
    expect(mistake(() => read(value).list('my-input')).message).toBe('Input `my-input` is empty.')
  })

  test.each(['none', ' none ', undefined])('counts as not given at %j', (value) => {
    expect(read(value).text('my-input')).toBeUndefined()
    expect(read(value).list('my-input')).toEqual([])
    expect(read(value, 'none').integer('my-input', { min: 1, max: 2 })).toBeUndefined()
  })

  test('is read as it is at any other value', () => {
    expect(read(' x ').text('my-input')).toBe('x')
    expect(read('none, x').list('my-input')).toEqual(['none', 'x'])
  })
})

describe('an input of another action', () => {
  const hints = { 'my-input': 'Use `another`.' }

  test('is refused with what to do instead', () => {
    expect(mistake(() => reader('x').refuse(hints))).toEqual({
      message: 'Input `my-input` is not one of this action.',
      hint: 'Use `another`.',
    })
  })

  test.each(['', '  ', 'false'])('may be left at %j', (value) => {
    expect(() => reader(value).refuse(hints)).not.toThrow()
  })

  test('is refused at `false`, where that asks for something', () => {
    expect(mistake(() => reader('false').refuse(hints, [])).hint).toBe('Use `another`.')
  })
})
