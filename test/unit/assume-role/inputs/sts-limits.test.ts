// Our checks against STS's own model, as botocore publishes it: what it accepts we accept, what it refuses we refuse.
import { readFileSync } from 'node:fs'
import { readInputs } from '../../../../actions/assume-role/src/inputs/inputs.ts'
import { STS_DURATION, STS_TAGS, stsProblem } from '../../../../actions/assume-role/src/inputs/sts-limits.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { RUN_ENV } from '../../../support/datadog-event/datadog.ts'

interface Shape {
  readonly type: string
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
}
const { shapes } = JSON.parse(readFileSync(new URL('sts-model.json', import.meta.url), 'utf8')) as {
  readonly shapes: Readonly<Record<string, Shape>>
}

/** The shape of a member of a request. */
function member(request: string, name: string): Shape {
  const shape = shapes[shapes[request]?.members?.[name]?.shape ?? '']
  if (shape === undefined) throw new Error(`The model has no ${request}.${name}.`)
  return shape
}

/** Java's pattern as JavaScript has it: `\w` and `\d` are ASCII in both. */
const pattern = ({ pattern: text }: Shape) => new RegExp(`^(?:${text ?? '[\\s\\S]*'})$`, 'u')

/** Whether the model accepts a text. `max`: where the model has none, but the documentation of the member. */
const accepts = (shape: Shape, text: string, max = shape.max ?? Infinity) =>
  text.length >= (shape.min ?? 0) && text.length <= max && pattern(shape).test(text)

const ROLE = 'arn:aws:iam::222222222222:role/deploy'
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' }
const reading = (given: Readonly<Record<string, string>>) => () =>
  readInputs({
    ...RUN_ENV,
    ...KEYS,
    ...actionInputs('assume-role', { 'role-to-assume': ROLE, 'aws-region': 'eu-west-1', ...given }),
  })

/** Every ASCII character and some others, each between two letters. */
const CHARACTERS = [
  ...Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)),
  'é',
  'ÿ',
  'Ā',
  '漢',
  '\u2003',
  '🚢',
]
const lengths = ({ min = 0, max = 2048 }: Shape) => [min - 1, min, min + 1, max - 1, max, max + 1].filter((n) => n >= 1)

test.each([
  ['sessionName', member('AssumeRoleRequest', 'RoleSessionName'), undefined],
  ['externalId', member('AssumeRoleRequest', 'ExternalId'), undefined],
  ['policy', member('AssumeRoleRequest', 'Policy'), 2048],
  ['policy', member('AssumeRoleWithWebIdentityRequest', 'Policy'), undefined],
  ['tagKey', member('Tag', 'Key'), undefined],
  ['tagValue', member('Tag', 'Value'), undefined],
  ['token', member('AssumeRoleWithWebIdentityRequest', 'WebIdentityToken'), undefined],
] as const)('%s: the same lengths and characters as in the model', (name, shape, max) => {
  for (const character of CHARACTERS) {
    const text = `aa${character}aa`
    expect({ text, accepted: stsProblem(text, name) === undefined }).toEqual({
      text,
      accepted: accepts(shape, text, max),
    })
  }
  for (const length of lengths({ ...shape, max: max ?? shape.max ?? 2048 })) {
    const text = 'a'.repeat(length)
    expect({ length, accepted: stsProblem(text, name) === undefined }).toEqual({
      length,
      accepted: accepts(shape, text, max),
    })
  }
  expect(stsProblem('', name) === undefined).toBe(accepts(shape, '', max))
})

test('the numbers are those of the model', () => {
  const { min, max } = member('AssumeRoleRequest', 'DurationSeconds')
  expect(STS_DURATION).toEqual({ min, max })
  expect(member('AssumeRoleRequest', 'Tags').max).toBe(STS_TAGS)
  expect(member('AssumeRoleRequest', 'TransitiveTagKeys').max).toBe(STS_TAGS)
})

test('every ARN that is accepted for the role has a length that the model accepts', () => {
  const { min = 0, max = 0 } = member('AssumeRoleRequest', 'RoleArn')
  for (const resource of ['role/x', `role/${'p'.repeat(510)}/${'n'.repeat(64)}`]) {
    const role = `arn:aws-us-gov:iam::222222222222:${resource}`
    const { arn } = reading({ 'role-to-assume': role, 'aws-region': 'us-gov-west-1' })().role
    expect(arn.length).toBeGreaterThanOrEqual(min)
    expect(arn.length).toBeLessThanOrEqual(max)
  }
})

// What the whole action makes of a value: it is refused by the input's name before any call, and what it takes AWS takes.
describe.each<[string, Shape, (text: string) => Readonly<Record<string, string>>]>([
  ['role-session-name', member('AssumeRoleRequest', 'RoleSessionName'), (text) => ({ 'role-session-name': text })],
  ['role-external-id', member('AssumeRoleRequest', 'ExternalId'), (text) => ({ 'role-external-id': text })],
  ['custom-tags', member('Tag', 'Key'), (text) => ({ 'custom-tags': JSON.stringify({ [text]: 'v' }) })],
  ['custom-tags', member('Tag', 'Value'), (text) => ({ 'custom-tags': JSON.stringify({ Team: text }) })],
])('%s', (input, shape, given) => {
  const texts = [...CHARACTERS.map((one) => `a${one}b`), ...lengths(shape).map((length) => 'a'.repeat(length))]

  test('is refused exactly where the model refuses it', () => {
    const wrong = texts.filter((text) => {
      let error: unknown
      try {
        reading(given(text))()
      } catch (caught) {
        error = caught
      }
      if (error !== undefined) expect(error).toMatchObject({ input, hint: expect.stringMatching(/\w/) })
      return (error === undefined) !== accepts(shape, text)
    })
    expect(wrong).toEqual([])
  })
})

test.each([
  ['899', false],
  ['900', true],
  ['43200', true],
  ['43201', false],
])('role-duration-seconds %s: accepted is %p', (seconds, accepted) => {
  const read = reading({ 'role-duration-seconds': seconds })
  if (accepted) expect(read().durationSeconds).toBe(Number(seconds))
  else expect(read).toThrow(InputError)
})

const policyOf = (length: number) => {
  const frame = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '' }] }
  const rest = length - JSON.stringify(frame).length
  return JSON.stringify({ ...frame, Statement: [{ ...frame.Statement[0], Resource: 'x'.repeat(rest) }] }, null, 2)
}

test('inline-session-policy: 2048 characters without white space', () => {
  expect(reading({ 'inline-session-policy': policyOf(2048) })().inlineSessionPolicy).toHaveLength(2048)
  expect(reading({ 'inline-session-policy': policyOf(2049) })).toThrow(
    'Input `inline-session-policy` has 2049 characters, and AWS accepts 1 to 2048.',
  )
})

test.each([
  ['[]', 'has no `Statement`'],
  ['"text"', 'has no `Statement`'],
  ['{"Version": "2012-10-17"}', 'has no `Statement`'],
  ['{"Statement": [{"Sid": "漢"}]}', 'has the character `漢`, which AWS does not accept'],
])('refuses the policy %s', (policy, words) => {
  expect(reading({ 'inline-session-policy': policy })).toThrow(words)
})

test.each([
  ['arn:aws:iam::aws:policy/ReadOnlyAccess', 1],
  ['arn:aws:iam::222222222222:policy/path/to/a,b', 1],
  ['arn:aws:iam::222222222222:policy/a,b, arn:aws:iam::aws:policy/c,', 2],
  ['["arn:aws:iam::222222222222:policy/a,b", "arn:aws:iam::aws:policy/c"]', 2],
  ['- arn:aws:iam::222222222222:policy/a,b\n- arn:aws:iam::aws:policy/c', 2],
  ['arn:aws:iam::aws:policy/a\narn:aws:iam::aws:policy/b', 2],
])('reads the policies %j', (text, count) => {
  expect(reading({ 'managed-session-policies': text })().managedSessionPolicies).toHaveLength(count)
})

test.each([
  ['arn:aws:iam::333333333333:policy/other', 'of another account than the role'],
  ['arn:aws-cn:iam::aws:policy/ReadOnlyAccess', 'of the partition `aws-cn`'],
  ['arn:aws:iam::aws:policy/a b', 'not the ARN of a policy'],
  [`arn:aws:iam::aws:policy/${'x'.repeat(129)}`, 'not the ARN of a policy'],
  [Array.from({ length: 11 }, (_, at) => `arn:aws:iam::aws:policy/p${at}`).join('\n'), 'has 11 policies'],
])('refuses the policies %j', (text, words) => {
  expect(reading({ 'managed-session-policies': text })).toThrow(words)
})

test.each(['role/a b', 'role/a/', `role/${'x'.repeat(65)}`, 'role/näme', 'role//'])(
  'refuses the role %s',
  (resource) => {
    expect(reading({ 'role-to-assume': `arn:aws:iam::222222222222:${resource}` })).toThrow('not the ARN of a role')
  },
)
