import { chosenContainer, planFor } from '../../../../actions/deploy-ecs/src/task-definition/before-deploy-container.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { describeError } from '../../../../toolkit/errors.ts'

const plan = (family: string, containers: readonly string[], shipped: readonly string[] = []) =>
  ({
    revision: { registration: { family, containerDefinitions: containers.map((name) => ({ name })) } },
    shipped: shipped.map((container) => ({ container, image: 'web:2', input: 'image' })),
  }) as unknown as ServicePlan

const besideFile = {
  ...plan('web', ['app', 'proxy']),
  shipped: [
    { container: 'proxy', image: 'web:2', input: 'image' },
    { container: 'app', image: 'web:1', input: 'task-definition' },
  ],
} as unknown as ServicePlan

const task = (container?: string) => ({
  ...{ command: ['x'], timeoutMs: 1 },
  ...(container === undefined ? {} : { container }),
})

describe('planFor', () => {
  const [api, worker] = [plan('api', ['app']), plan('worker', ['app', 'jobs'])]

  test.each([
    ['the first service without a container', task(), 'api'],
    ['the first service that has the container', task('jobs'), 'worker'],
    ['the first of several that have it', task('app'), 'api'],
    // chosenContainer then names the container that does not exist.
    ['the first service for a container that none has', task('nope'), 'api'],
  ])('returns %s', (_, beforeDeploy, family) => {
    expect(planFor([api, worker], beforeDeploy)?.revision.registration.family).toBe(family)
  })
})

describe('chosenContainer', () => {
  test.each([
    ['the one that is named', plan('web', ['app', 'proxy'], ['proxy']), 'app', 'app'],
    ['the only one', plan('web', ['app']), undefined, 'app'],
    ['the only one whose image changes, beside those of a file', besideFile, undefined, 'proxy'],
    ['the only one whose image changes', plan('web', ['app', 'proxy'], ['proxy']), undefined, 'proxy'],
  ])('returns %s', (_, given, wanted, container) => {
    expect(chosenContainer(given, wanted)).toBe(container)
  })

  test.each([
    [
      plan('web', ['app', 'proxy']),
      'nope',
      'Input `before-deploy-container` names `nope`, which task definition `web` does not have.\nNext: It has `app`, `proxy`.',
    ],
    [plan('web', ['app', 'proxy']), undefined, 'Next: Set it to one of `app`, `proxy`.'],
    [plan('web', ['app', 'proxy', 'agent'], ['app', 'proxy']), undefined, 'Next: Set it to one of `app`, `proxy`.'],
  ])('refuses what does not name one: %#', (given, wanted, message) => {
    expect(() => {
      try {
        chosenContainer(given, wanted)
      } catch (error) {
        throw new Error(describeError(error))
      }
    }).toThrow(message)
  })
})
