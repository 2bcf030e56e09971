import type { TaskDefinitionChanges } from '../../../../actions/deploy-ecs/src/inputs/task-definition-changes.ts'
import {
  changesForService,
  refuseUnknownContainers,
  withDatadogTags,
} from '../../../../actions/deploy-ecs/src/task-definition/changes-per-service.ts'

const nothing: TaskDefinitionChanges = {
  ...{ images: [], containers: [], mode: 'merge', environment: [], secrets: [] },
  ...{ dockerLabels: [], logOptions: [], environmentFiles: [] },
}
const base = (...containers: readonly string[]) => ({
  registration: { family: 'web', containerDefinitions: containers.map((name) => ({ name })) },
  ...{ source: 'web:1', leftOut: [], unknown: [] },
})

test('a service gets the images and containers that its task definition has, and all other changes', () => {
  const environment = [{ key: 'A', value: '1' }]
  const changes: TaskDefinitionChanges = {
    ...nothing,
    ...{ environment, containers: ['app', 'jobs'] },
    images: [{ container: 'app', image: 'a:1' }, { container: 'jobs', image: 'b:1' }, { image: 'c:1' }],
  }
  expect(changesForService(base('app', 'proxy'), changes)).toEqual({
    ...changes,
    containers: ['app'],
    images: [{ container: 'app', image: 'a:1' }, { image: 'c:1' }],
  })
})

describe('refuseUnknownContainers', () => {
  const bases = [base('app', 'proxy'), base('app', 'jobs')]

  test('accepts containers that any of the task definitions has', () => {
    const images = [{ container: 'jobs', image: 'b:1' }, { image: 'c:1' }]
    expect(() => refuseUnknownContainers(bases, { ...nothing, images, containers: ['proxy'] })).not.toThrow()
  })

  test.each([
    [{ images: [{ container: 'job', image: 'b:1' }] }, 'Input `image` names the container `job`'],
    [{ containers: ['job'] }, 'Input `container-name` names the container `job`'],
  ])('refuses %j', (changes, message) => {
    const refuse = () => refuseUnknownContainers(bases, { ...nothing, ...changes })
    expect(refuse).toThrow(message)
    expect(refuse).toThrow(expect.objectContaining({ hint: 'There are `app`, `proxy`, `jobs`.' }))
  })
})

describe('withDatadogTags', () => {
  const deploy = { service: 'web', version: 'abc' }

  test.each([
    [{}, { ...deploy, env: 'production' }, { env: 'production', ...deploy }],
    [{ env: 'staging' }, { ...deploy, env: 'production' }, { env: 'staging', ...deploy }],
    [{ env: 'staging', version: '1.4' }, deploy, { env: 'staging', service: 'web', version: '1.4' }],
    [{ env: 'e', service: 's', version: 'v' }, deploy, { env: 'e', service: 's', version: 'v' }],
  ])('completes %j from the deploy %j', (datadog, from, expected) => {
    expect(withDatadogTags({ ...nothing, datadog }, from).datadog).toEqual(expected)
  })

  test('changes nothing without `datadog-tags`', () => {
    expect(withDatadogTags(nothing, deploy)).toBe(nothing)
  })

  test('refuses tags without an environment', () => {
    expect(() => withDatadogTags({ ...nothing, datadog: {} }, deploy)).toThrow('Input `datadog-tags`')
  })
})
