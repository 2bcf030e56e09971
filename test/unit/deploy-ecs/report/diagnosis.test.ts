import { logStreamOf } from '../../../../actions/deploy-ecs/src/logs/container-log.ts'
import type { ObservedTask } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { judgeStop, type StopKind } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { logUrl, serviceUrl, taskUrl } from '../../../../actions/deploy-ecs/src/report/console-links.ts'
import { diagnose } from '../../../../actions/deploy-ecs/src/report/diagnosis.ts'
import { hintFor } from '../../../../actions/deploy-ecs/src/report/stop-hints.ts'
import { drawTimeline } from '../../../../actions/deploy-ecs/src/report/timeline-chart.ts'
import { addSample, type Timeline } from '../../../../actions/deploy-ecs/src/watch/timeline.ts'
import { deployment, failedTask, followed, GROUP, MADE, service, target, task } from '../stories.ts'

const stopped = (
  stopCode: string,
  stoppedReason: string,
  container: Partial<ObservedTask['containers'][number]> = {},
) => failedTask('1', { stopCode, stoppedReason, containers: [{ name: 'app', hostPorts: [], ...container }] })

// AWS's own words, as they were seen.
test.each<[string, ObservedTask, StopKind, boolean, boolean]>([
  [
    'a missing image',
    stopped(
      'TaskFailedToStart',
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x:y: x:y: not found',
    ),
    'image',
    true,
    true,
  ],
  [
    'a slow registry',
    stopped(
      'TaskFailedToStart',
      'CannotPullContainerError: ref pull has been retried 5 time(s): dial tcp 10.0.0.1:443: i/o timeout',
    ),
    'image',
    true,
    false,
  ],
  [
    'a secret that may not be read',
    stopped(
      'TaskFailedToStart',
      'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException',
    ),
    'initialisation',
    true,
    true,
  ],
  [
    'no way out of the subnet',
    stopped(
      'TaskFailedToStart',
      'ResourceInitializationError: unable to pull secrets or registry auth: connection issue: context deadline exceeded',
    ),
    'initialisation',
    true,
    false,
  ],
  [
    'out of memory',
    stopped('EssentialContainerExited', 'Essential container in task exited', {
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    }),
    'out-of-memory',
    true,
    false,
  ],
  [
    'a crash',
    stopped('EssentialContainerExited', 'Essential container in task exited', { exitCode: 1 }),
    'exited',
    true,
    false,
  ],
  [
    'a target that fails its check',
    stopped('ServiceSchedulerInitiated', `Task failed ELB health checks in (target-group ${GROUP})`),
    'health-check',
    true,
    false,
  ],
  [
    'a container that fails its check',
    stopped('ServiceSchedulerInitiated', 'Task failed container health checks'),
    'health-check',
    true,
    false,
  ],
  [
    'a network that comes too late',
    stopped('TaskFailedToStart', 'Timeout waiting for network interface provisioning to complete.'),
    'not-started',
    true,
    false,
  ],
  [
    'a wrong user',
    stopped('TaskFailedToStart', 'Task failed to start', {
      reason: 'CannotStartContainerError: unable to find user nobody2: no matching entries in passwd file',
    }),
    'not-started',
    true,
    true,
  ],
  [
    'scaling in',
    stopped('ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/1)'),
    'scaled-in',
    false,
    false,
  ],
  ['a Spot interruption', stopped('SpotInterruption', 'Your Spot Task was interrupted.'), 'interrupted', false, false],
  ['somebody', stopped('UserInitiated', 'Task stopped by user'), 'interrupted', false, false],
])('%s is told apart', (_, seen, kind, failure, certain) => {
  expect(judgeStop(seen)).toMatchObject({ kind, failure, certain })
})

test('a task that runs has not stopped', () => {
  expect(judgeStop(task('1'))).toBeUndefined()
})

test('the container that failed is blamed, not its sidecar', () => {
  const seen = failedTask('1', {
    containers: [
      { name: 'proxy', exitCode: 0, hostPorts: [] },
      { name: 'app', exitCode: 3, hostPorts: [] },
    ],
  })
  expect(judgeStop(seen)).toMatchObject({ container: 'app', exitCode: 3 })
})

test.each([
  [137, 'killed (SIGKILL)'],
  [139, 'SIGSEGV'],
  [127, 'command was not found'],
  [0, 'has to go on running'],
  [130, 'signal 2'],
  [42, 'its log says more'],
])('exit code %i has a hint', (exitCode, hint) => {
  expect(
    hintFor({ kind: 'exited', failure: true, certain: false, everywhere: false, reason: 'x', exitCode }),
  ).toContain(hint)
})

test.each([
  ['x: not found', 'not in the registry'],
  ['403 denied', 'may not pull'],
  ['no match for platform in manifest', 'architecture'],
  ['toomanyrequests: rate limit', 'pull-through cache'],
  ['i/o timeout', 'NAT'],
])('an image that cannot be pulled for %s has a hint', (reason, hint) => {
  expect(hintFor({ kind: 'image', failure: true, certain: false, everywhere: false, reason })).toContain(hint)
})

test('tasks are grouped by reason, the most frequent first, ids that differ left out', () => {
  const pull = (id: string) =>
    failedTask(id, {
      stopCode: 'TaskFailedToStart',
      stoppedReason: `CannotPullContainerError: dial tcp 10.0.0.${id}:443: i/o timeout`,
      containers: [],
    })
  const { stops } = diagnose(followed, { at: 0, tasks: [failedTask('1'), pull('2'), pull('3'), task('4')] })
  expect(stops.map(({ stop, tasks }) => [stop.kind, tasks.length])).toEqual([
    ['image', 2],
    ['exited', 1],
  ])
})

test('containers that failed are told from those that ECS ended with them', () => {
  const container = (name: string, exitCode?: number) => ({
    name,
    hostPorts: [],
    ...(exitCode === undefined ? {} : { exitCode }),
  })
  const failed = (...containers: ReturnType<typeof container>[]) =>
    diagnose(followed, { at: 0, tasks: [failedTask('1', { containers })] }).stops[0]?.failed
  expect(failed(container('app', 1), container('proxy', 2), container('agent', 143))).toEqual(['app', 'proxy'])
  expect(failed(container('agent', 143), container('app', 1))).toEqual(['app'])
  expect(failed(container('agent', 143), container('app', 137))).toEqual(['app'])
  expect(failed(container('agent', 143), container('app', 0))).toEqual(['app'])
  expect(failed(container('agent', 143))).toEqual(['agent'])
  expect(failed(container('app'))).toEqual([])
})

test("why a target was unhealthy is taken from the service's events once it is gone", () => {
  const events = [
    { id: '1', at: MADE - 1, message: '(service web) an event of the deploy before' },
    {
      id: '2',
      at: MADE + 1,
      message: `(service web) (task abc) (port 80) is unhealthy in (target-group ${GROUP}) due to (reason Health checks failed with these codes: [500])`,
    },
  ]
  const seen = {
    at: 0,
    service: service([deployment()], { events }),
    tasks: [],
    targets: [target('1', { state: 'unregistered' })],
  }
  const found = diagnose(followed, seen)
  expect(found.events.map(({ id }) => id)).toEqual(['2'])
  expect(found.targets).toEqual([
    { targetGroup: 'web', state: 'unhealthy (Health checks failed with these codes: [500])', targets: ['task abc'] },
  ])
})

test('the log of a container is found where the awslogs driver puts it', () => {
  const options = { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'ecs', 'awslogs-region': 'us-east-1' }
  const container = { name: 'app', logConfiguration: { logDriver: 'awslogs' as const, options } }
  expect(logStreamOf(container, 'abc', 'eu-west-1')).toEqual({
    group: '/web',
    stream: 'ecs/app/abc',
    region: 'us-east-1',
  })
  expect(logStreamOf({ name: 'app' }, 'abc', 'eu-west-1')).toBeUndefined()
  expect(logStreamOf({ name: 'app', logConfiguration: { logDriver: 'fluentd' } }, 'abc', 'eu-west-1')).toBeUndefined()
})

describe('links', () => {
  test('lead into the console of the right partition', () => {
    expect(serviceUrl('arn:aws:ecs:eu-west-1:1:service/x/y')).toBe('')
    expect(serviceUrl('arn:aws:ecs:eu-west-1:123456789012:service/prod/web')).toBe(
      'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/web/health?region=eu-west-1',
    )
    expect(serviceUrl('arn:aws-cn:ecs:cn-north-1:123456789012:service/prod/web')).toMatch(
      /^https:\/\/console\.amazonaws\.cn\//,
    )
    expect(taskUrl('arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task/prod/abc')).toMatch(
      /^https:\/\/console\.amazonaws-us-gov\.com\//,
    )
  })

  test('into the logs are escaped as the console wants it', () => {
    const stream = { region: 'eu-west-1', group: '/web', stream: 'ecs/app/abc' }
    expect(logUrl(stream, 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web')).toContain(
      'log-group/$252Fweb/log-events/ecs$252Fapp$252Fabc',
    )
  })
})

describe('the timeline', () => {
  const sample = (at: number, runningCount: number) => ({
    at,
    service: service([deployment({ runningCount })]),
    tasks: [],
    targets: [],
  })

  test('has a sample for each change only', () => {
    const timeline = [sample(0, 0), sample(1, 0), sample(2, 1)].reduce<Timeline>(
      (all, seen) => addSample(all, followed, seen),
      [],
    )
    expect(timeline).toEqual([
      { at: 0, fresh: 0, old: 0, healthy: 0 },
      { at: 2, fresh: 1, old: 0, healthy: 0 },
    ])
  })

  test('stays small however long a deploy takes', () => {
    let timeline: Timeline = []
    for (let at = 0; at < 10_000; at++) timeline = addSample(timeline, followed, sample(at, at % 7))
    expect(timeline.length).toBeLessThanOrEqual(121)
    expect(timeline.at(-1)?.at).toBe(9_999)
  })

  test('is drawn as a chart, or not at all', () => {
    expect(drawTimeline([])).toBe('')
    expect(drawTimeline([{ at: 0, fresh: 0, old: 2, healthy: 0 }])).toBe('')
    const chart = drawTimeline([
      { at: 0, fresh: 0, old: 2, healthy: 0 },
      { at: 10_000, fresh: 2, old: 2, healthy: 0 },
      { at: 20_000, fresh: 2, old: 0, healthy: 2 },
    ])
    expect(chart).toContain('```mermaid\nxychart-beta')
    expect(chart).toContain('x-axis "Seconds" [0, 4, 8, 12, 16, 20]')
    expect(chart).toContain('line [2, 2, 2, 2, 2, 0]\n  line [0, 0, 0, 2, 2, 2]\n  line [0, 0, 0, 0, 0, 2]')
  })
})
