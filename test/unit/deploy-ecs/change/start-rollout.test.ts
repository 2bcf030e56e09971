import type { Service } from '@aws-sdk/client-ecs'
import { updateRequest } from '../../../../actions/deploy-ecs/src/change/start-rollout.ts'

describe('what UpdateService is sent', () => {
  const before: Service = {
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deploymentCircuitBreaker: { enable: false, rollback: false },
    },
  }
  const departure = { name: { cluster: 'c', service: 's' }, before, taskDefinition: 'td', shipped: [] }

  test('is the revision, and nothing that was not asked for', () => {
    expect(updateRequest(departure, {})).toEqual({ cluster: 'c', service: 's', taskDefinition: 'td' })
  })

  test('keeps the rest of a configuration of which one part changes', () => {
    expect(updateRequest(departure, { circuitBreaker: 'rollback', alarms: ['a'] })).toMatchObject({
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 150,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { alarmNames: ['a'], enable: true, rollback: true },
      },
    })
  })
})
