import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import fc from 'fast-check'
import type { TaskDefinitionChanges } from '../../../../actions/deploy-ecs/src/inputs/task-definition-changes.ts'
import { applyChanges } from '../../../../actions/deploy-ecs/src/task-definition/apply-changes.ts'
import type { Registration } from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'
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

test('changes the image of the named container, and nothing else', () => {
  const next = applyChanges(base, { ...nothing, images: [{ container: 'app', image: 'web:2' }] })
  expect(next).toEqual({
    ...base,
    containerDefinitions: [{ ...app(base), image: 'web:2' }, base.containerDefinitions[1]],
  })
})

test('gives each of several containers its image', () => {
  const images = [
    { container: 'app', image: 'web:2' },
    { container: 'proxy', image: 'proxy:2' },
  ]
  expect(applyChanges(base, { ...nothing, images }).containerDefinitions.map(({ image }) => image)).toEqual([
    'web:2',
    'proxy:2',
  ])
})

test('gives one image to each container of `container-name`', () => {
  const next = applyChanges(base, { ...nothing, images: [{ image: 'x:1' }], containers: ['app', 'proxy'] })
  expect(next.containerDefinitions.map(({ image }) => image)).toEqual(['x:1', 'x:1'])
})

test('keeps the other variables with `merge`, and drops them with `replace`', () => {
  const changes: TaskDefinitionChanges = { ...nothing, containers: ['app'], environment: [{ key: 'B', value: '2' }] }
  expect(app(applyChanges(base, changes))?.environment).toEqual([
    { name: 'A', value: '1' },
    { name: 'EMPTY', value: '' },
    { name: 'B', value: '2' },
  ])
  expect(app(applyChanges(base, { ...changes, mode: 'replace' }))?.environment).toEqual([{ name: 'B', value: '2' }])
  expect(app(applyChanges(base, { ...changes, mode: 'replace' }))?.secrets).toEqual(app(base)?.secrets)
})

test('replaces a secret by a variable of the same name, and a variable by a secret', () => {
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

test("sets Datadog's tags as variables and labels, and drops no other, also with `replace`", () => {
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

test('keeps the other log options of the same driver, and drops those of another driver', () => {
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

  test('no change returns the same task definition', () => {
    fc.assert(fc.property(registrations, (some) => expect(applyChanges(some as Registration, nothing)).toEqual(some)))
  })

  test('the same change a second time changes nothing', () => {
    holds((_, change, next) => expect(applyChanges(next, change)).toEqual(next))
  })

  test('each variable and secret of the inputs is set', () => {
    holds((_, { environment, secrets }, next) => {
      const [one] = next.containerDefinitions
      for (const { key, value } of environment) expect(one?.environment).toContainEqual({ name: key, value })
      for (const { key, value } of secrets) expect(one?.secrets).toContainEqual({ name: key, valueFrom: value })
    })
  })

  test('no name is both a variable and a secret, or occurs twice', () => {
    holds((_, __, next) => {
      const [one] = next.containerDefinitions
      const names = [...(one?.environment ?? []), ...(one?.secrets ?? [])].map((entry) => entry.name)
      expect(new Set(names).size).toBe(names.length)
    })
  })

  test('`merge` keeps all variables that no input names', () => {
    holds((registration, change, next) => {
      if (change.mode !== 'merge') return
      const asked = new Set([...change.environment, ...change.secrets].map(({ key }) => key))
      const kept = (app(registration)?.environment ?? []).filter((entry) => !asked.has(entry.name ?? ''))
      for (const entry of kept) expect(app(next)?.environment).toContainEqual(entry)
    })
  })

  test('members that no input names stay as they are', () => {
    holds((registration, _, next) => {
      expect(app(next)?.cpu).toBe(app(registration)?.cpu)
      expect(next.family).toBe(registration.family)
    })
  })
})
