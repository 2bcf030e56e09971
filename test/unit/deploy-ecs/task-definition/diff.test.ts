import type { Service } from '@aws-sdk/client-ecs'
import {
  describeDifference,
  diffService,
  diffTaskDefinitions,
} from '../../../../actions/deploy-ecs/src/task-definition/diff.ts'
import type { Registration } from '../../../../actions/deploy-ecs/src/task-definition/registration.ts'

const SHOWN = { showValues: true }

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
    expect(diffTaskDefinitions(base, next, SHOWN).map(describeDifference)).toEqual(
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
    ['DATABASE', 'postgres://app:p@ss/w0rd@db/app', 'postgres://app:***@db/app'],
    ['CONNECTION', 'Server=db;Password=hunter2;Pooling=true', 'Server=db;Password=***;Pooling=true'],
    ['ALERTS', 'https://hooks.slack.com/services/T0/B0/abc', 'https://hooks.slack.com/services/***'],
    ['LOG_LEVEL', 'debug', 'debug'],
  ])('masks a variable whose name or value looks like a secret: %s=%s', (name, value, shown) => {
    const environment = [{ name, value }]
    const next = {
      ...base,
      containerDefinitions: [{ name: 'app', image: 'web:1', environment, command: ['x', value] }],
    }
    const lines = diffTaskDefinitions(base, next, SHOWN).map(describeDifference)
    expect(lines).toContain(`+ app.environment.${name}: ${shown}`)
    if (shown === '***' && name !== 'DB_PASSWORD') expect(lines.join('\n')).not.toContain(value)
  })

  test('has no values of the application unless they are asked for', () => {
    const app = {
      name: 'app',
      image: 'web:2',
      environment: [{ name: 'A', value: 'one' }],
      dockerLabels: { team: 'two' },
      command: ['serve', '--password=three'],
      healthCheck: { command: ['CMD', 'check', 'four'] },
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': 'web', Header: 'five' } },
      secrets: [{ name: 'TOKEN', valueFrom: 'arn:aws:ssm:eu-west-1:1:parameter/token' }],
    }
    const next = { ...base, containerDefinitions: [app] } as Registration
    expect(diffTaskDefinitions(base, next, { showValues: false }).map(describeDifference)).toEqual([
      '+ app.command: ***',
      '+ app.dockerLabels.team: ***',
      '~ app.environment.A: *** → ***',
      '+ app.healthCheck.command[0]: ***',
      '+ app.healthCheck.command[1]: ***',
      '+ app.healthCheck.command[2]: ***',
      '~ app.image: web:1 → web:2',
      '+ app.logConfiguration.logDriver: awslogs',
      '+ app.logConfiguration.options.Header: ***',
      '+ app.logConfiguration.options.awslogs-group: web',
      '+ app.secrets.TOKEN: arn:aws:ssm:eu-west-1:1:parameter/token',
    ])
    expect(diffTaskDefinitions(base, next, SHOWN).map(describeDifference)).toContain(
      '+ app.command: ["serve","--password=***"]',
    )
  })

  test('masks secrets in the options of a log driver', () => {
    const logConfiguration = { logDriver: 'awsfirelens', options: { apikey: 'x'.repeat(32), Name: 'datadog' } }
    const next = { ...base, containerDefinitions: [{ name: 'app', image: 'web:1', logConfiguration }] }
    const lines = diffTaskDefinitions(base, next as never, SHOWN).map(describeDifference)
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
