import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import fc from 'fast-check'
import { READ_ONLY, type Registration } from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'
import { canonical, sameRegistration } from '../../../../actions/deploy-ecs/src/task-definition/same-registration.ts'

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

test('a size in vCPU or GB is that of ECS in units', () => {
  expect(sameRegistration({ ...base, cpu: '.25 vCPU', memory: '.5GB' }, { ...base, memory: '512' })).toBe(true)
  expect(sameRegistration({ ...base, cpu: '.5 vCPU' }, base)).toBe(false)
})

test('defaults that AWS adds, and the order of variables, make no difference', () => {
  const written: Registration = {
    ...base,
    volumes: [],
    placementConstraints: [],
    containerDefinitions: base.containerDefinitions.map((container) => ({
      ...container,
      cpu: 0,
      essential: true,
      mountPoints: [],
      volumesFrom: [],
      environment: container.environment?.toReversed() ?? [],
      portMappings: [],
    })),
  }
  expect(sameRegistration(written, base)).toBe(true)
})

test('an empty command, which overrides that of the image, differs from none', () => {
  const without = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1' }] }
  const empty = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1', command: [] }] }
  expect(sameRegistration(without, empty)).toBe(false)
})

const container = (more: ContainerDefinition): Registration => ({
  ...{ family: 'web', networkMode: 'awsvpc' },
  containerDefinitions: [{ name: 'app', image: 'web:1', ...more }],
})
const bridged = (more: ContainerDefinition): Registration => ({ ...container(more), networkMode: 'bridge' })
const tagged = (...tags: readonly string[]): Registration => ({
  ...base,
  tags: tags.map((key) => ({ key, value: 'x' })),
})

// ECS's documentation of RegisterTaskDefinition has the defaults.
test.each<[string, Registration, Registration]>([
  [
    'the defaults of a health check',
    container({ healthCheck: { command: ['x'], interval: 30, timeout: 5, retries: 3 } }),
    container({ healthCheck: { command: ['x'] } }),
  ],
  [
    'the protocol tcp, and the host port of awsvpc',
    container({ portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }] }),
    container({ portMappings: [{ containerPort: 80 }] }),
  ],
  [
    'a dynamic host port in bridge mode',
    bridged({ portMappings: [{ containerPort: 80, hostPort: 0 }] }),
    bridged({ portMappings: [{ containerPort: 80 }] }),
  ],
  [
    'the order of secrets',
    container({
      secrets: [
        { name: 'A', valueFrom: 'a' },
        { name: 'B', valueFrom: 'b' },
      ],
    }),
    container({
      secrets: [
        { name: 'B', valueFrom: 'b' },
        { name: 'A', valueFrom: 'a' },
      ],
    }),
  ],
  ['the order of tags', tagged('a', 'b'), tagged('b', 'a')],
  [
    'the order of compatibilities',
    { ...base, requiresCompatibilities: ['EC2', 'FARGATE'] },
    { ...base, requiresCompatibilities: ['FARGATE', 'EC2'] },
  ],
  [
    'the order of labels',
    container({ dockerLabels: { a: '1', b: '2' } }),
    container({ dockerLabels: { b: '2', a: '1' } }),
  ],
])('%s makes no difference', (_, one, other) => {
  expect(sameRegistration(one, other)).toBe(true)
  expect(sameRegistration(other, one)).toBe(true)
})

test.each<[string, Registration, Registration]>([
  ['another image', container({ image: 'web:2' }), container({})],
  ['an essential container that is not', container({ essential: false }), container({})],
  ['CPU', container({ cpu: 128 }), container({})],
  [
    'the value of a variable',
    container({ environment: [{ name: 'A', value: '1' }] }),
    container({ environment: [{ name: 'A', value: '2' }] }),
  ],
  ['a variable that is empty', container({ environment: [{ name: 'A', value: '' }] }), container({})],
  [
    'the interval of a health check',
    container({ healthCheck: { command: ['x'], interval: 10 } }),
    container({ healthCheck: { command: ['x'] } }),
  ],
  [
    'the protocol udp',
    container({ portMappings: [{ containerPort: 80, protocol: 'udp' }] }),
    container({ portMappings: [{ containerPort: 80 }] }),
  ],
  [
    'a fixed host port in bridge mode',
    bridged({ portMappings: [{ containerPort: 80, hostPort: 80 }] }),
    bridged({ portMappings: [{ containerPort: 80 }] }),
  ],
  // The first container is the one that Docker's links and ECS's console begin with.
  ['the order of containers', base, { ...base, containerDefinitions: base.containerDefinitions.toReversed() }],
  ['the order of words of a command', container({ command: ['a', 'b'] }), container({ command: ['b', 'a'] })],
  ['an empty entry point', container({ entryPoint: [] }), container({})],
  ['a tag', tagged('a'), base],
  ['another family', { ...base, family: 'api' }, base],
])('%s makes a difference', (_, one, other) => {
  expect(sameRegistration(one, other)).toBe(false)
})

const name = fc.stringMatching(/^[A-Z]{1,3}$/)
const pairs = fc.uniqueArray(fc.record({ key: name, value: fc.string() }), { selector: ({ key }) => key, maxLength: 5 })
const containers = fc.record({
  name: fc.constant('app'),
  image: fc.constant('web:1'),
  cpu: fc.option(fc.nat(512), { nil: undefined }),
  environment: fc.option(
    pairs.map((list) => list.map(({ key, value }) => ({ name: key, value }))),
    { nil: undefined },
  ),
  dockerLabels: fc.option(fc.dictionary(name, fc.string()), { nil: undefined }),
})
const registrations = fc.record({ family: fc.constant('web'), containerDefinitions: containers.map((one) => [one]) })

test('a registration is the same as its copy, and as itself with the members that AWS adds to a revision', () => {
  fc.assert(
    fc.property(registrations, (some) =>
      expect(sameRegistration(some as Registration, structuredClone(some) as Registration)).toBe(true),
    ),
  )
  fc.assert(
    fc.property(registrations, (some) => {
      const withReadOnly = { ...some, ...Object.fromEntries(READ_ONLY.map((key) => [key, 'x'])) } as Registration
      expect(canonical(withReadOnly)).toEqual(canonical(some as Registration))
    }),
  )
})
