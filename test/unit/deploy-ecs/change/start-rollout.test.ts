import type { Service } from '@aws-sdk/client-ecs'
import { updateRequest } from '../../../../actions/deploy-ecs/src/change/start-rollout.ts'

describe('the UpdateService request', () => {
  const before: Service = {
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deploymentCircuitBreaker: { enable: false, rollback: false },
    },
  }
  const start = { name: { cluster: 'c', service: 's' }, before, taskDefinition: 'td', shipped: [] }

  test('has the revision, and only the settings that inputs name', () => {
    expect(updateRequest(start, {})).toEqual({ cluster: 'c', service: 's', taskDefinition: 'td' })
  })

  test('has the members of the deployment configuration that stay too', () => {
    expect(updateRequest(start, { circuitBreaker: 'rollback', alarms: ['a'] })).toMatchObject({
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 150,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { alarmNames: ['a'], enable: true, rollback: true },
      },
    })
  })
})
