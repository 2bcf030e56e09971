import { wrongTypes } from '../../../../actions/deploy-ecs/src/task-definition/wrong-types.ts'

const inContainer = (members: object) =>
  wrongTypes({ family: 'web', containerDefinitions: [{ name: 'app', ...members }] })

test.each<[string, object, string]>([
  [
    'a number for a string',
    { environment: [{ name: 'PORT', value: 8080 }] },
    '`containerDefinitions[0].environment[0].value` (`app`, `PORT`) is a number, and ECS takes a string. Put it in double quotes.',
  ],
  [
    'a flag for a string',
    { dockerLabels: { on: true } },
    '`containerDefinitions[0].dockerLabels.on` (`app`) is a boolean, and ECS takes a string. Put it in double quotes.',
  ],
  [
    'a string for a number',
    { portMappings: [{ containerPort: '80' }] },
    '`containerDefinitions[0].portMappings[0].containerPort` (`app`) is the string `"80"`, and ECS takes a whole number. Write `80`.',
  ],
  [
    'text that is no number',
    { cpu: 'half' },
    '`containerDefinitions[0].cpu` (`app`) is the string `"half"`, and ECS takes a whole number. Write `1`.',
  ],
  [
    'a fraction',
    { memory: 0.5 },
    '`containerDefinitions[0].memory` (`app`) is the number `0.5`, and ECS takes a whole number. Write `1`.',
  ],
  [
    'a string for a flag',
    { essential: 'True' },
    '`containerDefinitions[0].essential` (`app`) is the string `"True"`, and ECS takes a boolean. Write `true`.',
  ],
  [
    'a string for a list',
    { command: 'npm start' },
    '`containerDefinitions[0].command` (`app`) is a string, and ECS takes a list of strings. Write `["one", "two"]`.',
  ],
  [
    'an object for a list of objects',
    { environment: { PORT: '80' } },
    '`containerDefinitions[0].environment` (`app`) is an object, and ECS takes a list of objects. Write `[{"name": …, "value": …}]`.',
  ],
  [
    'a list for a map',
    { dockerLabels: ['a=b'] },
    '`containerDefinitions[0].dockerLabels` (`app`) is a list, and ECS takes an object. Write `{"name": "value"}`.',
  ],
  [
    'a string for an object',
    { logConfiguration: 'awslogs' },
    '`containerDefinitions[0].logConfiguration` (`app`) is a string, and ECS takes an object. Write `{"logDriver": …, "options": …}`.',
  ],
  [
    'a number in a list of strings',
    { command: ['sleep', 5] },
    '`containerDefinitions[0].command[1]` (`app`) is a number, and ECS takes a string. Put it in double quotes.',
  ],
  [
    'a required member that is missing',
    { secrets: [{ name: 'TOKEN' }] },
    '`containerDefinitions[0].secrets[0].valueFrom` (`app`, `TOKEN`) is missing.',
  ],
])('finds %s', (_, members, sentence) => {
  expect(inContainer(members)).toEqual([sentence])
})

test('finds wrong types of the task, too', () => {
  expect(wrongTypes({ family: 'web', cpu: 256, tags: { team: 'a' }, containerDefinitions: [] })).toEqual([
    '`cpu` is a number, and ECS takes a string. Put it in double quotes.',
    '`tags` is an object, and ECS takes a list of objects. Write `[{"key": …, "value": …}]`.',
  ])
})

test('never shows the value of a string member, which can be a secret', () => {
  expect(
    inContainer({ environment: [{ name: 'PIN', value: 73310 }], command: 'login --pin 73310' }).join(),
  ).not.toContain('73310')
})

test('accepts null, members that the SDK does not know, and a whole task definition', () => {
  expect(
    wrongTypes({
      family: 'web',
      cpu: null,
      unheardOf: { a: [1] },
      revision: 3,
      registeredAt: 1.5,
      volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1', transitEncryptionPort: 2049 } }],
      containerDefinitions: [
        {
          name: 'app',
          image: 'web:1',
          cpu: 128,
          essential: true,
          command: ['npm', 'start'],
          environment: [{ name: 'EMPTY', value: null }],
          restartPolicy: { enabled: true, ignoredExitCodes: [0] },
          logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'web' } },
          resourceRequirements: [{ type: 'GPU', value: '1' }],
        },
      ],
    }),
  ).toEqual([])
})
