import type { Service, Volume } from '@aws-sdk/client-ecs'
import {
  refuseOtherVolumes,
  volumesForTask,
} from '../../../../actions/deploy-ecs/src/task-definition/launch-volumes.ts'

const data = { name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::1:role/ebs', sizeInGiB: 10 } }
const service = (...volumeConfigurations: (typeof data)[]): Service => ({
  deployments: [{ status: 'ACTIVE' }, { status: 'PRIMARY', volumeConfigurations }],
})
const registration = (...volumes: Volume[]) => ({ family: 'web', volumes, containerDefinitions: [{ name: 'app' }] })
const deferred = { name: 'data', configuredAtLaunch: true }
const refuse =
  (before: Service, ...volumes: Volume[]) =>
  () =>
    refuseOtherVolumes({ cluster: 'prod', service: 'web' }, before, registration(...volumes))

test('refuses a volume that the service has no configuration for', () => {
  expect(refuse(service(), deferred)).toThrow(
    'Task definition `web` leaves the volume `data` to be configured at launch, but service `prod/web` has no configuration for it.',
  )
})

test('refuses a configuration for a volume that the task definition does not have', () => {
  const message = 'Service `prod/web` configures the volume `data`, which task definition `web` does not have.'
  expect(refuse(service(data))).toThrow(message)
  expect(refuse(service(data), { name: 'data' })).toThrow(message)
})

test.each([
  ['the same volumes', refuse(service(data), deferred)],
  ['volumes that need no configuration', refuse(service(), { name: 'cache' })],
  ['no volumes', refuse({})],
])('accepts %s', (_, check) => {
  expect(check).not.toThrow()
})

test('a task has the volumes of the service that its task definition has', () => {
  expect(volumesForTask(service(data), registration(deferred, { name: 'cache' }))).toEqual([data])
  expect(volumesForTask(service(data), registration())).toEqual([])
})
