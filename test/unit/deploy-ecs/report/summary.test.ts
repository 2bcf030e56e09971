import type { Explained } from '../../../../actions/deploy-ecs/src/report/summary.ts'
import { summarise } from '../../../../actions/deploy-ecs/src/report/summary.ts'

const arn = (service: string) => `arn:aws:ecs:eu-west-1:123456789012:service/prod/${service}`
const span = { startedAt: 0, finishedAt: 90_000 }
const outcome = (service: string, more: object = {}) =>
  ({
    plan: {
      name: { cluster: 'prod', service },
      before: {
        serviceArn: arn(service),
        taskDefinition: `arn:aws:ecs:eu-west-1:123456789012:task-definition/${service}:1`,
      },
      shipped: [{ container: 'app', image: 'web:2' }],
    },
    taskDefinition: `arn:aws:ecs:eu-west-1:123456789012:task-definition/${service}:2`,
    verdict: { status: 'succeeded', reason: 'All 2 tasks run.', evidence: ['2 healthy targets'] },
    ...more,
  }) as unknown as Explained
const failed = { verdict: { status: 'failed', reason: 'It failed.', evidence: [] } }

test('has the verdict in its title, a row for the service, the reason and the evidence', () => {
  const summary = summarise([outcome('web')], span)
  expect(summary).toMatch(/^## ✅ Deployed: web\n/)
  const row = summary.split('\n').find((line) => line.includes('prod/web')) ?? ''
  expect(
    row
      .split('|')
      .map((cell) => cell.trim())
      .slice(2, 7),
  ).toEqual(['✅ Deployed', '`web:1`', '`web:2`', '`web:1`', '`app`: `web:2`'])
  expect(row).toContain('https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/web/health')
  for (const part of ['**All 2 tasks run', '- 2 healthy targets', '_Took 1 min 30 s._']) expect(summary).toContain(part)
})

test('says in its title and its row that there was nothing to deploy', () => {
  const there = { watch: { rollout: { isNew: false, wasComplete: true }, latest: {}, timeline: [] } }
  expect(summarise([outcome('web', there)], span)).toMatch(/^## ✅ Nothing to deploy: web\n/)
  const both = summarise([outcome('web', there), outcome('api')], span)
  expect(both).toMatch(/^## ✅ Deployed: 2 services\n/)
  expect(both.split('\n').find((line) => line.includes('prod/web'))).toContain('| ✅ Nothing to deploy |')
})

test('has the worst verdict in its title, and a heading for each of several services', () => {
  const summary = summarise([outcome('web'), outcome('api', failed)], span)
  expect(summary).toMatch(/^## ❌ Failed: 2 services\n/)
  expect(summary).toContain('### prod/web')
  expect(summary).toContain('### prod/api')
})

const explanation = {
  stops: [
    {
      stop: { kind: 'exited', reason: 'Exited <b>', exitCode: 1, container: 'app' },
      hint: 'See its log.',
      tasks: ['x/abcdefghij'],
      failed: ['app'],
    },
  ],
  targets: [{ targetGroup: 'web', state: 'unhealthy', targets: ['10.0.0.1:80', '10.0.0.2:80'] }],
  events: [{ id: 'e', at: 0, message: 'has started 1 tasks.' }],
  logs: [
    { region: 'eu-west-1', group: '/web', stream: 's', container: 'app', lines: ['boom', '```'] },
    { region: 'eu-west-1', group: '/web', stream: 's', container: 'silent', lines: [] },
    { region: 'eu-west-1', group: '/web', stream: 's', container: 'private', lines: ['never seen'], hidden: 'log' },
    { region: 'eu-west-1', group: '/web', stream: 's', container: 'unread', lines: [], hidden: 'never' },
    { region: 'eu-west-1', group: '/web', stream: 's', container: 'denied', lines: [], missing: 'Access denied' },
  ],
}

test('explains a failure: stopped tasks, logs, targets and events', () => {
  const summary = summarise([outcome('web', { ...failed, explanation })], span)
  expect(summary).toMatch(/\| 1 \| Exited .+ \| `app`: 1 \| See its log\. \| `abcdefgh` \|/)
  // A log is a code block, whatever it contains.
  expect(summary).toMatch(/Last lines of the log of .*app.*:\n+(`{4,})\nboom\n```\n\1/)
  expect(summary).toMatch(/Last lines of the log of .*silent.* is empty\./)
  expect(summary).toMatch(/Last lines of the log of .*denied.* could not be read: Access denied/)
  expect(summary).toMatch(/log of .*private.*: in the log of this step \(`show-container-logs: log`\)/)
  expect(summary).toMatch(/log of .*unread.*: not shown \(`show-container-logs: never`\)/)
  expect(summary).not.toContain('never seen')
  expect(summary).toContain('| `web` | unhealthy | 10.0.0.1:80, 10.0.0.2:80 |')
  expect(summary).toContain('`1970-01-01T00:00:00.000Z` has started 1 tasks')
  expect(summary).not.toContain('<b>')
})

test.each([
  ['could not be read', { lines: [], missing: 'Access denied' }, ' could not be read: Access denied'],
  ['is empty', { lines: [] }, ' is empty.'],
])('with show-container-logs: log, says that a log %s', (_, read, expected) => {
  const log = { region: 'eu-west-1', group: '/web', stream: 's', container: 'app', hidden: 'log' as const, ...read }
  const summary = summarise([outcome('web', { ...failed, explanation: { ...explanation, logs: [log] } })], span)
  expect(summary.split('\n').find((line) => line.startsWith('Last lines of the log of'))).toContain(expected)
  expect(summary).not.toContain('in the log of this step')
})

test('says once what to do about the cause, above the tasks that stopped', () => {
  const [stop] = explanation.stops
  const hint = 'The application failed: see its log.'
  const stops = [
    { ...stop, hint },
    { ...stop, hint: 'Another hint.' },
  ]
  const verdict = { ...failed.verdict, cause: { text: 'x', stop: stop?.stop } }
  const summary = summarise([outcome('web', { verdict, explanation: { ...explanation, stops } })], span)
  expect(summary).toContain(`**What to do:** ${hint}`)
  expect(summary.split(hint)).toHaveLength(2)
  expect(summary).toMatch(/`app`: 1 \| See above \| .*\n.*`app`: 1 \| Another hint\. \|/)
})

test('names what a health check got where tasks were stopped for it', () => {
  const stop = { kind: 'health-check', reason: 'Task failed ELB health checks in target group web' }
  const stops = [{ ...explanation.stops[0], stop, text: 'the health check of target group web got 404' }]
  expect(summarise([outcome('web', { ...failed, explanation: { ...explanation, stops } })], span)).toContain(
    '| 1 | The health check of target group web got 404 |',
  )
})
