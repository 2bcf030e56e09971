import type { Service } from '@aws-sdk/client-ecs'
import {
  describeDifference,
  diffService,
  diffTaskDefinitions,
} from '../../../../actions/deploy-ecs/src/task-definition/diff.ts'

describe('the difference', () => {
  const base = {
    family: 'web',
    containerDefinitions: [{ name: 'app', image: 'web:1', environment: [{ name: 'A', value: '1' }] }],
  }

  test('has a line for each member that changes, with its container and variable', () => {
    const next = {
      ...base,
      cpu: '256',
      containerDefinitions: [{ name: 'app', image: 'web:2', environment: [{ name: 'B', value: '2' }], command: ['x'] }],
    }
    expect(diffTaskDefinitions(base, next).map(describeDifference)).toEqual(
      [
        '- app.environment.A: 1',
        '+ app.environment.B: 2',
        '+ app.command: ["x"]',
        '~ app.image: web:1 → web:2',
        '+ cpu: 256',
      ].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1)),
    )
  })

  test.each([
    ['DB_PASSWORD', 'hunter2hunter2', '***'],
    ['BUILD_INFO', `ghp_${'a'.repeat(36)}`, '***'],
    ['HOOK', `sk_live_${'a'.repeat(24)}`, '***'],
    ['UPSTREAM_HEADER', `Bearer eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'}.x`, '***'],
    ['DATABASE', 'postgres://app:hunter2@db/app', 'postgres://app:***@db/app'],
    ['LOG_LEVEL', 'debug', 'debug'],
  ])('masks a variable whose name or value looks like a secret: %s=%s', (name, value, shown) => {
    const environment = [{ name, value }]
    const next = {
      ...base,
      containerDefinitions: [{ name: 'app', image: 'web:1', environment, command: ['x', value] }],
    }
    const lines = diffTaskDefinitions(base, next).map(describeDifference)
    expect(lines).toContain(`+ app.environment.${name}: ${shown}`)
    if (shown === '***' && name !== 'DB_PASSWORD') expect(lines.join('\n')).not.toContain(value)
  })

  test('masks secrets in the options of a log driver', () => {
    const logConfiguration = { logDriver: 'awsfirelens', options: { apikey: 'x'.repeat(32), Name: 'datadog' } }
    const next = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1', logConfiguration }] }
    const lines = diffTaskDefinitions(base, next as never).map(describeDifference)
    expect(lines).toContain('+ app.logConfiguration.options.apikey: ***')
    expect(lines).toContain('+ app.logConfiguration.options.Name: datadog')
  })

  test('of the service has the settings that change', () => {
    const before: Service = {
      desiredCount: 2,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }
    expect(diffService(before, { desiredCount: 2, circuitBreaker: 'rollback' })).toEqual([])
    expect(diffService(before, { desiredCount: 3, circuitBreaker: 'stop' })).toEqual([
      { path: 'desiredCount', from: '2', to: '3' },
      { path: 'circuitBreaker', from: 'rollback', to: 'stop' },
    ])
  })
})
