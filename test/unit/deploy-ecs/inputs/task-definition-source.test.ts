import { readTaskDefinitionSource } from '../../../../actions/deploy-ecs/src/inputs/task-definition-source.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'

const readerOf = (given: Readonly<Record<string, string>>) =>
  new InputReader(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  )

test.each([
  [{}, { kind: 'service' }],
  [{ 'task-definition': './td' }, { kind: 'file', path: './td' }],
  [{ 'task-definition': 'task-definition.json' }, { kind: 'file', path: 'task-definition.json' }],
  [{ 'task-definition': 'web' }, { kind: 'family', family: 'web' }],
  [{ 'task-definition': 'web:12' }, { kind: 'revision', taskDefinition: 'web:12' }],
  [
    { 'task-definition-family': 'web', 'task-definition-revision': '3' },
    { kind: 'revision', taskDefinition: 'web:3' },
  ],
  [{ 'task-definition-family': 'web' }, { kind: 'family', family: 'web' }],
  [{ template: 'web-template' }, { kind: 'template', family: 'web-template' }],
  [
    { 'task-definition': 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7' },
    { kind: 'revision', taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7' },
  ],
])('%j reads %j', (given, source) => {
  expect(readTaskDefinitionSource(readerOf(given as Record<string, string>))).toEqual(source)
})

// A family has neither dots nor slashes, so that a path is recognized without a look at the disk.
test.each([
  ['./td', 'file'],
  ['deploy/td', 'file'],
  ['td.json', 'file'],
  [String.raw`deploy\td`, 'file'],
  ['web-2_x', 'family'],
  ['web-2_x:3', 'revision'],
])('the task definition %s is a %s', (value, kind) => {
  expect(readTaskDefinitionSource(readerOf({ 'task-definition': value })).kind).toBe(kind)
})

test('names all inputs that are set where more than one is', () => {
  const given = { 'task-definition': 'web', template: 'x', 'task-definition-arn': 'y' }
  expect(() => readTaskDefinitionSource(readerOf(given))).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining('`task-definition` and `template` and `task-definition-arn`'),
    }),
  )
})
