import type { Service } from '@aws-sdk/client-ecs'
import { refuseDeadlock } from '../../../../actions/deploy-ecs/src/prepare/deadlock.ts'
import type { SlipwayError } from '../../../../toolkit/errors.ts'

const name = { cluster: 'prod', service: 'web' }
const service = (desiredCount: number, minimum?: number, maximum?: number, more: Partial<Service> = {}): Service => ({
  taskDefinition: 'web:1',
  desiredCount,
  runningCount: desiredCount,
  deploymentConfiguration: {
    ...(minimum === undefined ? {} : { minimumHealthyPercent: minimum }),
    ...(maximum === undefined ? {} : { maximumPercent: maximum }),
  },
  ...more,
})
function refused(given: Service, changes: object = {}, revision: string | undefined = 'web:2') {
  try {
    refuseDeadlock(name, given, changes, revision)
  } catch (error) {
    return error as SlipwayError
  }
  return undefined
}

test('refuses one task with a maximum of 134 %, with the numbers and the settings that would do', () => {
  const error = refused(service(1, 100, 134))
  expect(error?.message).toBe(
    'Service `prod/web` cannot replace a task: with a desired count of 1, `minimumHealthyPercent` 100 keeps 1 running task (1, rounded up), and `maximumPercent` 134 allows 1 (1.34, rounded down). ECS could neither start a new task nor stop an old one. Nothing was changed.',
  )
  expect(error?.hint).toBe(
    'Set `maximumPercent` of the service to 200 or more, so that a new task starts before an old one stops, or `minimumHealthyPercent` to 0, so that an old task stops first and none runs for a while.',
  )
})

// ECS rounds the minimum up and the maximum down.
test.each([
  [1, 100, 199, 200, 0],
  [1, 50, 150, 200, 0],
  [1, 1, 100, 200, 0],
  [2, 51, 149, 150, 50],
  [3, 67, 133, 134, 66],
  [4, 76, 124, 125, 75],
  [10, 91, 109, 110, 90],
])('refuses %i tasks with %i to %i %%: %i or %i would do', (desired, minimum, maximum, enough, low) => {
  const error = refused(service(desired, minimum, maximum))
  expect(error?.hint).toContain(`\`maximumPercent\` of the service to ${enough} or more`)
  expect(error?.hint).toContain(`\`minimumHealthyPercent\` to ${low}${low === 0 ? ',' : ' or less'}`)
  expect(refused(service(desired, minimum, enough))).toBeUndefined()
  expect(refused(service(desired, low, maximum))).toBeUndefined()
})

test.each([
  ['the defaults of ECS, 100 and 200', service(1)],
  ['two tasks with a minimum of 50 %', service(2, 50, 100)],
  ['a desired count of 0', service(0, 100, 134)],
  ['a service whose task does not run: it can be started', service(1, 100, 134, { runningCount: 0 })],
  ['a daemon', service(1, 100, 134, { schedulingStrategy: 'DAEMON' })],
  [
    'a blue/green service',
    service(1, 100, 134, {
      deploymentConfiguration: { strategy: 'BLUE_GREEN', minimumHealthyPercent: 100, maximumPercent: 134 },
    }),
  ],
])('lets pass %s', (_, given) => {
  expect(refused(given)).toBeUndefined()
})

test('counts with the desired count that the deploy sets', () => {
  expect(refused(service(1, 100, 134), { desiredCount: 3 })).toBeUndefined()
  expect(refused(service(3, 100, 134), { desiredCount: 1 })).toBeDefined()
})

test('counts with the tasks that stay with `scale-in: false`', () => {
  expect(refused(service(20, 100, 125), { desiredCount: 2, scaleIn: false })).toBeUndefined()
  expect(refused(service(20, 100, 125), { desiredCount: 2 })).toBeDefined()
  expect(refused(service(1, 100, 134), { desiredCount: 2, scaleIn: false })).toBeUndefined()
  expect(refused(service(2, 100, 134), { desiredCount: 1, scaleIn: false })?.message).toContain('desired count of 2')
})

test('lets pass a revision that the service runs, unless new tasks are forced', () => {
  expect(refused(service(1, 100, 134), {}, 'web:1')).toBeUndefined()
  expect(refused(service(1, 100, 134), { forceNewDeployment: true }, 'web:1')).toBeDefined()
})

test('lets pass the way back to a revision whose tasks still run', () => {
  const stuck = [
    { taskDefinition: 'web:2', runningCount: 0 },
    { taskDefinition: 'web:1', runningCount: 1 },
  ]
  expect(refused(service(1, 100, 134, { taskDefinition: 'web:2', deployments: stuck }), {}, 'web:1')).toBeUndefined()
  expect(refused(service(1, 100, 134, { taskDefinition: 'web:2', deployments: stuck }), {}, 'web:3')).toBeDefined()
})
