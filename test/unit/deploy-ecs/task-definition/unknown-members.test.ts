import { TaskDefinition$ } from '@aws-sdk/client-ecs'
import { READ_ONLY } from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'
import {
  unknownMembers,
  unknownServiceMembers,
  withoutUnknown,
} from '../../../../actions/deploy-ecs/src/task-definition/unknown-members.ts'

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

test('finds members of a service that the SDK drops from an answer', () => {
  expect(
    unknownServiceMembers({
      serviceName: 'web',
      deploymentConfiguration: { maximumPercent: 200, pace: 'slow', deploymentCircuitBreaker: { grace: 1 } },
      deployments: [{ volumeConfigurations: [{ managedEBSVolume: { sizeInGiB: 1, media: 'x' } }] }],
    }),
  ).toEqual([
    'deploymentConfiguration.pace',
    'deploymentConfiguration.deploymentCircuitBreaker.grace',
    'deployments[0].volumeConfigurations[0].managedEBSVolume.media',
  ])
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

test('what the SDK would send is without them', () => {
  const environment = [{ name: 'x', value: 'y' }]
  const dockerLabels = { any: 'x' }
  expect(
    withoutUnknown({
      shiny: 1,
      family: 'web',
      containerDefinitions: [
        { name: 'a', enviroment: [], environment: [{ ...environment[0], val: 'y' }], dockerLabels },
      ],
    }),
  ).toEqual({ family: 'web', containerDefinitions: [{ name: 'a', environment, dockerLabels }] })
})

test('a document of any depth is read to the depth of the schema', () => {
  const depth = 100_000
  const deep = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
  expect(unknownMembers(deep)).toEqual(['a'])
  expect(withoutUnknown({ family: 'web', deep })).toEqual({ family: 'web' })
})

test('every member that the SDK shows of a revision and takes no more is read-only', () => {
  const members = (TaskDefinition$ as unknown as readonly unknown[])[4] as readonly string[]
  const shown = Object.fromEntries(members.map((name) => [name, undefined]))
  expect(unknownMembers(shown)).toEqual([])
  expect(READ_ONLY.filter((name) => !members.includes(name))).toEqual([])
})
