import { unknownMembers } from '../../../../actions/deploy-ecs/src/task-definition/unknown-members.ts'

test('finds members that the SDK would drop, at any depth', () => {
  expect(
    unknownMembers({
      family: 'web',
      revision: 3,
      shiny: 1,
      containerDefinitions: [
        { name: 'a', enviroment: [], environment: [{ name: 'x', val: 'y' }], dockerLabels: { any: 'x' } },
      ],
    }),
  ).toEqual(['shiny', 'containerDefinitions[0].enviroment', 'containerDefinitions[0].environment[0].val'])
})

test.each<[string, object]>([
  [
    'members that AWS adds to a revision',
    { taskDefinitionArn: 'arn', revision: 3, status: 'ACTIVE', requiresAttributes: [{ name: 'x' }] },
  ],
  [
    'keys of a map',
    { containerDefinitions: [{ dockerLabels: { anything: 'x' }, logConfiguration: { options: { any: 'x' } } }] },
  ],
  ['null and values of a wrong type', { containerDefinitions: null, volumes: 'x' }],
  ['an empty object', {}],
])('accepts %s', (_, taskDefinition) => {
  expect(unknownMembers(taskDefinition)).toEqual([])
})

test('is strict about case', () => {
  expect(unknownMembers({ Family: 'web' })).toEqual(['Family'])
})
