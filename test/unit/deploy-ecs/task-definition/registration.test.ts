import type { TaskDefinition } from '@aws-sdk/client-ecs'
import {
  type Registration,
  toRegistration,
  withoutNulls,
} from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'

const base: Registration = {
  family: 'web',
  networkMode: 'awsvpc',
  cpu: '256',
  containerDefinitions: [
    {
      name: 'app',
      image: 'web:1',
      environment: [
        { name: 'A', value: '1' },
        { name: 'EMPTY', value: '' },
      ],
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:old' }],
      command: [],
    },
    { name: 'proxy', image: 'proxy:1' },
  ],
}

test("drops AWS's members of a revision and null, and keeps tags and empty values (peers' issues 22, 216, 704, 780, 810)", () => {
  const revision = {
    ...base,
    taskDefinitionArn: 'arn:aws:ecs:eu-west-1:1:task-definition/web:1',
    revision: 1,
    status: 'ACTIVE',
    requiresAttributes: [{ name: 'x' }],
    compatibilities: ['EC2'],
    registeredAt: new Date(),
    registeredBy: 'me',
    deregisteredAt: new Date(),
    volumes: null,
  } as unknown as TaskDefinition
  const registration = toRegistration(revision, [{ key: 'team', value: 'a' }])
  expect(registration).toEqual({ ...base, tags: [{ key: 'team', value: 'a' }] })
  expect(registration.containerDefinitions[0]?.command).toEqual([])
})

test('a revision without tags has no member for them, which ECS would refuse empty', () => {
  expect(toRegistration(base as TaskDefinition)).toEqual(base)
  expect(toRegistration(base as TaskDefinition, [])).not.toHaveProperty('tags')
})

const date = new Date(0)
test.each<[unknown, unknown]>([
  [{ a: null, b: undefined, c: 0 }, { c: 0 }],
  [{ a: { b: { c: null } } }, { a: { b: {} } }],
  [
    [null, 'x', undefined, { a: null }],
    ['x', {}],
  ],
  [
    { text: '', list: [], object: {}, flag: false, count: 0 },
    { text: '', list: [], object: {}, flag: false, count: 0 },
  ],
  [{ date }, { date }],
])('withoutNulls(%j) is %j', (value, expected) => {
  expect(withoutNulls(value)).toEqual(expected)
})
