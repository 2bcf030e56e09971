import { leftOut } from '../../../../actions/deploy-ecs/src/task-definition/left-out.ts'

const inContainer = (members: object) => leftOut({ containerDefinitions: [{ name: 'app', ...members }] })

test.each<[string, object, readonly string[]]>([
  [
    'a variable whose value is null',
    { environment: [{ name: 'PORT', value: null }] },
    ['The variable `PORT` of container `app` has no value: ECS leaves it out. For an empty one write `"value": ""`.'],
  ],
  [
    'a variable without a value',
    { environment: [{ name: 'A', value: 'a' }, { name: 'PORT' }] },
    ['The variable `PORT` of container `app` has no value: ECS leaves it out. For an empty one write `"value": ""`.'],
  ],
  [
    'null in a list',
    { command: ['npm', null] },
    ['`containerDefinitions[0].command[1]` is `null`: ECS leaves it out.'],
  ],
  [
    'null in a list of objects',
    { environment: [null], portMappings: [{ containerPort: 80 }, null] },
    [
      '`containerDefinitions[0].portMappings[1]` is `null`: ECS leaves it out.',
      '`containerDefinitions[0].environment[0]` is `null`: ECS leaves it out.',
    ],
  ],
  ['no empty string, and no member that is null', { image: null, environment: [{ name: 'EMPTY', value: '' }] }, []],
])('names %s', (_, members, sentences) => {
  expect(inContainer(members)).toEqual(sentences)
})
