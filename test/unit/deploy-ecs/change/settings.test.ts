import {
  restoreSettings,
  restoring,
  settingsChanged,
  settingsRequest,
} from '../../../../actions/deploy-ecs/src/change/settings.ts'
import { fakeAws } from '../../../support/deploy-ecs/fake-aws.ts'

const breaker = (enable: boolean, rollback: boolean) => ({ deploymentCircuitBreaker: { enable, rollback } })
const configuration = { minimumHealthyPercent: 50, maximumPercent: 150 }
const before = { desiredCount: 2, deploymentConfiguration: { ...configuration, ...breaker(false, false) } }

describe('settingsRequest', () => {
  test('is empty without inputs', () => {
    expect(settingsRequest({}, before)).toEqual({})
    expect(settingsRequest({ forceNewDeployment: true }, before)).toEqual({})
  })

  test('has the desired count alone, without a deployment configuration', () => {
    expect(settingsRequest({ desiredCount: 0 }, before)).toEqual({ desiredCount: 0 })
  })

  test.each([
    ['rollback', breaker(true, true)],
    ['stop', breaker(true, false)],
    ['disabled', breaker(false, false)],
  ] as const)(
    'circuit-breaker: %s keeps the rest of the configuration, which UpdateService replaces',
    (circuitBreaker, expected) => {
      expect(settingsRequest({ circuitBreaker }, before)).toEqual({
        deploymentConfiguration: { ...configuration, ...expected },
      })
    },
  )

  test('keeps the threshold of the circuit breaker, which UpdateService replaces as a whole', () => {
    const own = { thresholdConfiguration: { type: 'COUNT', value: 50 }, resetOnHealthyTask: false } as const
    const service = {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false, ...own } },
    }
    const { deploymentConfiguration } = settingsRequest({ circuitBreaker: 'rollback' }, service)
    expect(deploymentConfiguration).toEqual({ deploymentCircuitBreaker: { enable: true, rollback: true, ...own } })
    const changed = settingsChanged(service, { circuitBreaker: 'rollback' })
    const now = { deploymentConfiguration: deploymentConfiguration ?? {} }
    expect(restoring(now, changed)).toEqual({ deploymentConfiguration: service.deploymentConfiguration })
  })

  test.each([
    [undefined, true],
    ['rollback', true],
    ['stop', false],
  ] as const)('alarms with circuit-breaker: %s roll back: %s', (circuitBreaker, rollback) => {
    const changes = { alarms: ['5xx'], ...(circuitBreaker === undefined ? {} : { circuitBreaker }) }
    expect(settingsRequest(changes, before).deploymentConfiguration?.alarms).toEqual({
      ...{ alarmNames: ['5xx'], enable: true, rollback },
    })
  })
})

describe('settingsChanged', () => {
  test('is undefined without inputs', () => {
    expect(settingsChanged(before, {})).toBeUndefined()
  })

  test('has the values before of what the inputs change', () => {
    expect(settingsChanged(before, { desiredCount: 3, alarms: ['5xx'] })).toEqual({
      from: { desiredCount: 2, alarms: { alarmNames: [], enable: false, rollback: false } },
      to: { desiredCount: 3, alarms: { alarmNames: ['5xx'], enable: true, rollback: true } },
    })
  })
})

describe('restoring', () => {
  const changed = settingsChanged(before, { desiredCount: 3, circuitBreaker: 'rollback' })
  const after = { desiredCount: 3, deploymentConfiguration: { ...configuration, ...breaker(true, true) } }

  test('has the values before, and the rest of the configuration as it is now', () => {
    expect(
      restoring(
        { ...after, deploymentConfiguration: { ...after.deploymentConfiguration, maximumPercent: 200 } },
        changed,
      ),
    ).toEqual({
      desiredCount: 2,
      deploymentConfiguration: { ...configuration, maximumPercent: 200, ...breaker(false, false) },
    })
  })

  test('leaves out what somebody else has changed since', () => {
    expect(restoring({ ...after, desiredCount: 7 }, changed)).not.toHaveProperty('desiredCount')
    const disabled = { ...after, deploymentConfiguration: { ...configuration, ...breaker(true, false) } }
    expect(restoring(disabled, changed)).toEqual({ desiredCount: 2 })
  })

  test('recognizes a setting that ECS shows with more members', () => {
    const shown = { deploymentCircuitBreaker: { enable: true, rollback: true, resetOnHealthyTask: true } }
    expect(restoring({ ...after, deploymentConfiguration: shown as never }, changed)).toMatchObject({
      deploymentConfiguration: breaker(false, false),
    })
  })

  test('leaves out what the deploy did not change', () => {
    const same = settingsChanged(before, { desiredCount: 2 })
    expect(restoring(before, same)).toEqual({})
    expect(restoring(before, undefined)).toEqual({})
  })
})

describe('restoreSettings', () => {
  const name = { cluster: 'prod', service: 'web' }
  const changed = settingsChanged(before, { desiredCount: 3 })
  const ecsAt = (desiredCount: number) =>
    fakeAws({
      DescribeServices: { services: [{ serviceName: 'web', status: 'ACTIVE', ...before, desiredCount }] },
      UpdateService: {},
    })

  test('updates the service without a task definition, so that no deployment starts', async () => {
    const { aws, requests } = ecsAt(3)
    expect(await restoreSettings(aws, name, changed)).toBe(true)
    expect(requests('UpdateService')).toEqual([{ ...name, desiredCount: 2 }])
  })

  test.each([
    ['nothing was changed', 3, undefined],
    ['autoscaling has changed it since', 7, changed],
    ['it is restored already', 2, changed],
  ])('does nothing where %s', async (_, desiredCount, settings) => {
    const { aws, requests } = ecsAt(desiredCount)
    expect(await restoreSettings(aws, name, settings)).toBe(false)
    expect(requests('UpdateService')).toEqual([])
  })
})
