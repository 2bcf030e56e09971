import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs'
import fc from 'fast-check'
import type { TaskDefinitionChanges } from '../../../../actions/deploy-ecs/src/inputs/task-definition-changes.ts'
import { applyChanges } from '../../../../actions/deploy-ecs/src/task-definition/apply-changes.ts'
import {
  READ_ONLY,
  type Registration,
  toRegistration,
} from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'
import { canonical, sameRegistration } from '../../../../actions/deploy-ecs/src/task-definition/same-registration.ts'
import { parseTaskDefinitionFile } from '../../../../actions/deploy-ecs/src/task-definition/task-definition-file.ts'
import { unknownMembers } from '../../../../actions/deploy-ecs/src/task-definition/unknown-members.ts'
import { describeError } from '../../../../toolkit/errors.ts'

const nothing: TaskDefinitionChanges = {
  images: [],
  containers: [],
  mode: 'merge',
  environment: [],
  secrets: [],
  dockerLabels: [],
  logOptions: [],
  environmentFiles: [],
}

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

const app = (registration: Registration): ContainerDefinition | undefined => registration.containerDefinitions[0]

test('only the image of the named container changes', () => {
  const next = applyChanges(base, { ...nothing, images: [{ container: 'app', image: 'web:2' }] })
  expect(next).toEqual({
    ...base,
    containerDefinitions: [{ ...app(base), image: 'web:2' }, base.containerDefinitions[1]],
  })
})

test('several containers get several images', () => {
  const images = [
    { container: 'app', image: 'web:2' },
    { container: 'proxy', image: 'proxy:2' },
  ]
  expect(applyChanges(base, { ...nothing, images }).containerDefinitions.map(({ image }) => image)).toEqual([
    'web:2',
    'proxy:2',
  ])
})

test('one image goes to each container that container-name names', () => {
  const next = applyChanges(base, { ...nothing, images: [{ image: 'x:1' }], containers: ['app', 'proxy'] })
  expect(next.containerDefinitions.map(({ image }) => image)).toEqual(['x:1', 'x:1'])
})

test('merge keeps what is there, replace does not', () => {
  const changes: TaskDefinitionChanges = { ...nothing, containers: ['app'], environment: [{ key: 'B', value: '2' }] }
  expect(app(applyChanges(base, changes))?.environment).toEqual([
    { name: 'A', value: '1' },
    { name: 'EMPTY', value: '' },
    { name: 'B', value: '2' },
  ])
  expect(app(applyChanges(base, { ...changes, mode: 'replace' }))?.environment).toEqual([{ name: 'B', value: '2' }])
  expect(app(applyChanges(base, { ...changes, mode: 'replace' }))?.secrets).toEqual(app(base)?.secrets)
})

test('a variable takes the place of a secret of the same name, and the other way round', () => {
  const asVariable = applyChanges(base, {
    ...nothing,
    containers: ['app'],
    environment: [{ key: 'TOKEN', value: 'x' }],
  })
  expect(app(asVariable)?.secrets).toEqual([])
  const asSecret = applyChanges(base, { ...nothing, containers: ['app'], secrets: [{ key: 'A', value: 'arn:a' }] })
  expect(app(asSecret)?.environment).toEqual([{ name: 'EMPTY', value: '' }])
  expect(app(asSecret)?.secrets).toHaveLength(2)
})

test("one input sets Datadog's tags as variables and labels, and replaces nothing else", () => {
  const datadog = { env: 'production', service: 'web', version: 'abc' }
  const next = app(applyChanges(base, { ...nothing, mode: 'replace', containers: ['app'], datadog }))
  expect(next?.environment).toEqual([
    ...(app(base)?.environment ?? []),
    { name: 'DD_ENV', value: 'production' },
    { name: 'DD_SERVICE', value: 'web' },
    { name: 'DD_VERSION', value: 'abc' },
  ])
  expect(next?.dockerLabels).toEqual({
    'com.datadoghq.tags.env': 'production',
    'com.datadoghq.tags.service': 'web',
    'com.datadoghq.tags.version': 'abc',
  })
})

test('log options are merged for the same driver, and start afresh for another one', () => {
  const logged = {
    ...base,
    containerDefinitions: [{ ...app(base), logConfiguration: { logDriver: 'awslogs' as const, options: { a: '1' } } }],
  }
  const changes: TaskDefinitionChanges = { ...nothing, logOptions: [{ key: 'b', value: '2' }] }
  expect(app(applyChanges(logged, changes))?.logConfiguration).toEqual({
    logDriver: 'awslogs',
    options: { a: '1', b: '2' },
  })
  expect(app(applyChanges(logged, { ...changes, logDriver: 'fluentd' }))?.logConfiguration).toEqual({
    logDriver: 'fluentd',
    options: { b: '2' },
  })
})

test.each<[Partial<TaskDefinitionChanges>, string]>([
  [
    { images: [{ container: 'ap', image: 'x' }] },
    'Input `image` names the container `ap`, which task definition `web` does not have.\nNext: It has `app`, `proxy`.',
  ],
  [
    { images: [{ image: 'x' }] },
    'Input `image` does not say which container of task definition `web` it is for.\nNext: It has `app`, `proxy`. Write `container=image`',
  ],
  [{ containers: ['nope'] }, 'Input `container-name` names the container `nope`'],
  [{ command: ['x'] }, 'Input `container-command` does not say which container'],
  [
    { containers: ['app'], logOptions: [{ key: 'a', value: 'b' }] },
    'Input `log-configuration-options` is set, but the container `app` has no log driver.',
  ],
])('%j is refused', (changes, message) => {
  let said = ''
  try {
    applyChanges(base, { ...nothing, ...changes })
  } catch (error) {
    said = describeError(error)
  }
  expect(said).toContain(message)
})

test("what AWS adds to a revision is dropped, tags are kept, empty values stay, and null is not a value (peers' issues 22, 216, 704, 780, 810)", () => {
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

test('a default that AWS writes out makes no other revision, and neither does order', () => {
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

test('an empty command is not the same as none', () => {
  const without = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1' }] }
  const empty = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1', command: [] }] }
  expect(sameRegistration(without, empty)).toBe(false)
})

test('members that the SDK would drop are found at any depth', () => {
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

describe('a task definition file', () => {
  const read = (document: unknown) => parseTaskDefinitionFile(JSON.stringify(document), 'td.json', 'web')
  const refusal = (text: string) => {
    try {
      parseTaskDefinitionFile(text, 'td.json', 'web')
    } catch (error) {
      return describeError(error)
    }
    return 'not refused'
  }

  test('may be as it is registered, or as AWS prints it', () => {
    const containerDefinitions = [{ name: 'app', image: 'web:1' }]
    expect(read({ containerDefinitions }).registration).toEqual({ family: 'web', containerDefinitions })
    expect(
      read({ taskDefinition: { family: 'api', revision: 4, containerDefinitions }, tags: [{ key: 'a', value: 'b' }] }),
    ).toEqual({
      registration: { family: 'api', containerDefinitions, tags: [{ key: 'a', value: 'b' }] },
      unknown: [],
    })
  })

  test.each([
    ['family: web', 'the file `td.json` is not JSON.'],
    ['[]', 'the file `td.json` is not a JSON object.'],
    ['{}', 'the file `td.json` has no `containerDefinitions`.'],
    ['{"ContainerDefinitions":[]}', "CloudFormation's spelling"],
    ['{"containerDefinitions":[]}', 'has `containerDefinitions` that are not a list of containers.'],
    ['{"containerDefinitions":[{"image":"x"}]}', 'has a container without a name: `containerDefinitions[0]`.'],
  ])('%s is refused', (text, message) => {
    expect(refusal(text)).toContain(message)
  })
})

const name = fc.stringMatching(/^[A-Z]{1,3}$/)
const pairs = fc.uniqueArray(fc.record({ key: name, value: fc.string() }), { selector: ({ key }) => key, maxLength: 5 })
const container = fc.record({
  name: fc.constant('app'),
  image: fc.constant('web:1'),
  cpu: fc.option(fc.nat(512), { nil: undefined }),
  environment: fc.option(
    pairs.map((list) => list.map(({ key, value }) => ({ name: key, value }))),
    { nil: undefined },
  ),
  dockerLabels: fc.option(fc.dictionary(name, fc.string()), { nil: undefined }),
})
const registrations = fc.record({ family: fc.constant('web'), containerDefinitions: container.map((one) => [one]) })
const changes = fc
  .record({
    environment: pairs,
    secrets: pairs,
    dockerLabels: pairs,
    mode: fc.constantFrom('merge' as const, 'replace' as const),
    images: fc.constantFrom([], [{ image: 'web:2' }]),
  })
  .filter(({ environment, secrets }) => !environment.some(({ key }) => secrets.some((secret) => secret.key === key)))
  .map((some): TaskDefinitionChanges => ({ ...nothing, ...some }))

describe('for any task definition and any change', () => {
  const holds = (property: (registration: Registration, change: TaskDefinitionChanges, next: Registration) => void) =>
    fc.assert(
      fc.property(registrations, changes, (registration, change) => {
        property(registration as Registration, change, applyChanges(registration as Registration, change))
      }),
    )

  test('no change is no change', () => {
    fc.assert(fc.property(registrations, (some) => expect(applyChanges(some as Registration, nothing)).toEqual(some)))
  })

  test('changing twice is the same as once', () => {
    holds((_, change, next) => expect(applyChanges(next, change)).toEqual(next))
  })

  test('all that was asked for is there afterwards', () => {
    holds((_, { environment, secrets }, next) => {
      const [one] = next.containerDefinitions
      for (const { key, value } of environment) expect(one?.environment).toContainEqual({ name: key, value })
      for (const { key, value } of secrets) expect(one?.secrets).toContainEqual({ name: key, valueFrom: value })
    })
  })

  test('no name is both a variable and a secret, and none is there twice', () => {
    holds((_, __, next) => {
      const [one] = next.containerDefinitions
      const names = [...(one?.environment ?? []), ...(one?.secrets ?? [])].map((entry) => entry.name)
      expect(new Set(names).size).toBe(names.length)
    })
  })

  test('merging loses nothing that was not asked for', () => {
    holds((registration, change, next) => {
      if (change.mode !== 'merge') return
      const asked = new Set([...change.environment, ...change.secrets].map(({ key }) => key))
      const kept = (app(registration)?.environment ?? []).filter((entry) => !asked.has(entry.name ?? ''))
      for (const entry of kept) expect(app(next)?.environment).toContainEqual(entry)
    })
  })

  test('members that no input is about stay as they were', () => {
    holds((registration, _, next) => {
      expect(app(next)?.cpu).toBe(app(registration)?.cpu)
      expect(next.family).toBe(registration.family)
    })
  })

  test('one form is the form of itself', () => {
    fc.assert(
      fc.property(registrations, (some) =>
        sameRegistration(some as Registration, structuredClone(some) as Registration),
      ),
    )
    fc.assert(
      fc.property(registrations, (some) => {
        const withReadOnly = { ...some, ...Object.fromEntries(READ_ONLY.map((key) => [key, 'x'])) } as Registration
        expect(canonical(withReadOnly)).toEqual(canonical(some as Registration))
      }),
    )
  })
})
