import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { imagesNamed } from '../../../../actions/deploy-ecs/src/task-definition/images-to-ship.ts'
import type { Criteria } from '../../../../actions/deploy-ecs/src/watch/verdict.ts'
import {
  afterRollback,
  cancelled,
  outcomeUnknown,
} from '../../../../actions/deploy-ecs/src/watch/verdicts-without-observation.ts'
import {
  arn,
  criteria,
  deployment,
  earlier,
  failedTask,
  followed,
  healthy,
  MADE,
  play,
  record,
  service,
  target,
  task,
  verdictOf,
  waitsFor,
} from '../../../support/deploy-ecs/observations.ts'

const look = (more: Partial<Observation>): Observation => ({ ...healthy, ...more })
const rolling = look({ service: service([deployment({ runningCount: 1 }), earlier()]) })

/** ECS's rollback, as it shows it: a new PRIMARY for the old revision. */
const rollback = (rolloutState: string, rolloutStateReason?: string) =>
  deployment({
    id: 'ecs-svc/back',
    taskDefinition: arn(1),
    createdAt: MADE + 300_000,
    rolloutState,
    rolloutStateReason:
      rolloutStateReason ?? 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/before.',
  })

describe('succeeded', () => {
  test('needs a complete rollout, healthy targets and nothing else', () => {
    expect(verdictOf(play([rolling, healthy]))).toMatchObject({
      status: 'succeeded',
      reason: 'All 2 tasks run web:2, and every target is healthy.',
    })
  })

  test.each<[string, Partial<Observation>, string]>([
    ['the rollout goes on', { service: service([deployment(), earlier()]) }, 'rollout IN_PROGRESS: 2/2 running'],
    ['the tasks were not looked at', { tasks: undefined as never }, 'ECS to show the tasks'],
    ['a task is missing', { tasks: [task('1')] }, '1 of 2 tasks of web:2 to run'],
    ['a task is still PENDING', { tasks: [task('1'), task('2', { lastStatus: 'PENDING' })] }, 'task 2 is PENDING'],
    [
      'a container is unhealthy',
      { tasks: [task('1'), task('2', { healthStatus: 'UNHEALTHY' })] },
      'task 2 fails its container health check',
    ],
    ['a target is not registered', { targets: [target('1')] }, 'task 2 is not registered in web'],
    [
      'a target is initial',
      { targets: [target('1'), target('2', { state: 'initial', reason: 'Elb.InitialHealthChecking' })] },
      'target 10.0.0.2:80 in web is initial (Elb.InitialHealthChecking)',
    ],
    ['the service deployment goes on', { serviceDeployment: record('IN_PROGRESS') }, 'rollout COMPLETED'],
  ])('not while %s', (_, more, waiting) => {
    expect(waitsFor(play([look(more)]))).toContain(waiting)
  })

  test('needs every task healthy in both of two target groups', () => {
    const other = {
      targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/second/x',
      containerName: 'app',
      containerPort: 81,
    }
    const two = service([deployment({ rolloutState: 'COMPLETED' })], {
      loadBalancers: [...(healthy.service?.loadBalancers ?? []), other],
    })
    expect(waitsFor(play([look({ service: two })]))).toContain('not registered in second')
    const more = ['1', '2'].map((id) => target(id, { targetGroupArn: other.targetGroupArn }))
    expect(verdictOf(play([look({ service: two, targets: [...(healthy.targets ?? []), ...more] })])).status).toBe(
      'succeeded',
    )
  })

  test('behind a Classic load balancer, without a rollout state, needs the only deployment left to run all tasks', () => {
    const { rolloutState: _, ...classic } = deployment()
    const alone = service([classic], { loadBalancers: [] })
    expect(verdictOf(play([look({ service: alone })])).status).toBe('succeeded')
    expect(waitsFor(play([look({ service: service([classic, earlier()], { loadBalancers: [] }) })]))).toContain(
      'rollout',
    )
  })

  test('needs no task with a desired count of 0, and says so', () => {
    const own = deployment({ desiredCount: 0, runningCount: 0, rolloutState: 'COMPLETED' })
    const none = service([own], { desiredCount: 0 })
    expect(verdictOf(play([look({ service: none, tasks: [] })]))).toMatchObject({
      status: 'succeeded',
      reason: 'The service runs web:2 with a desired count of 0: no task was started.',
    })
  })

  test('needs ECS to have set the desired count of the deployment, whatever is waited for', () => {
    const own = deployment({ desiredCount: 0, runningCount: 0 })
    const just = look({ service: service([own, earlier()], { desiredCount: 1 }), tasks: [], targets: [] })
    for (const waitFor of ['started', 'healthy'] as const) {
      expect(waitsFor(play([just], { ...criteria, waitFor }))).toContain('rollout IN_PROGRESS: 0/1 running')
    }
    const complete = { ...own, rolloutState: 'COMPLETED' }
    const said = look({ service: service([complete], { desiredCount: 1 }), tasks: [], targets: [] })
    expect(waitsFor(play([said]))).toContain('0 of 1 tasks of web:2 to run')
    const { rolloutState: _, ...classic } = own
    const alone = service([classic], { desiredCount: 1, loadBalancers: [] })
    expect(waitsFor(play([look({ service: alone, tasks: [] })]))).toContain('rollout PRIMARY: 0/1 running')
  })

  test('does not wait for old tasks to drain, but names them', () => {
    const early = service([deployment({ rolloutState: 'COMPLETED' }), earlier({ runningCount: 1 })])
    expect(verdictOf(play([look({ service: early })])).evidence).toContain('Still draining: 1 task of web:1')
  })

  test('with wait-for: started needs only running tasks', () => {
    const started = look({ service: service([deployment(), earlier()]), targets: [], tasks: undefined as never })
    expect(verdictOf(play([started], { ...criteria, waitFor: 'started' })).status).toBe('succeeded')
  })

  test('with wait-for: bake needs health for the whole bake time', () => {
    const bake = { ...criteria, waitFor: 'bake' as const }
    const sick = look({ at: 50_000, targets: [target('1'), target('2', { state: 'unhealthy' })] })
    expect(waitsFor(play([healthy, look({ at: 89_000 })], bake))).toBe('1 s more of the bake time')
    expect(verdictOf(play([healthy, look({ at: 90_000 })], bake)).status).toBe('succeeded')
    expect(waitsFor(play([healthy, sick, look({ at: 60_000 }), look({ at: 90_000 })], bake))).toContain('30 s more')
  })
})

describe('a bake', () => {
  const bake = { ...criteria, waitFor: 'bake' as const }
  const one = { ...healthy, service: service([deployment({ rolloutState: 'COMPLETED', runningCount: 1 })]) }
  /** What else can be seen while a good revision bakes. */
  const STARTING: readonly (readonly [string, Partial<Observation>])[] = [
    ['a task that Spot took is replaced', { ...one, tasks: [task('1'), task('3', { lastStatus: 'PENDING' })] }],
    ['its replacement is not there yet', { ...one, tasks: [task('1')], targets: [target('1')] }],
    [
      'autoscaling adds a task',
      {
        tasks: [task('1'), task('2'), task('3')],
        targets: [target('1'), target('2'), target('3', { state: 'initial' })],
      },
    ],
    [
      'a new task fails its first checks',
      {
        tasks: [task('1'), task('2'), task('3')],
        targets: [target('1'), target('2'), target('3', { state: 'unhealthy' })],
      },
    ],
    ['a target drains', { targets: [target('1'), target('2', { state: 'draining' })] }],
    ['the tasks could not be looked at', { tasks: undefined as never }],
  ]
  test.each(STARTING)('goes on while %s', (_, more) => {
    const odd = look({ ...more, at: 50_000 })
    expect(waitsFor(play([healthy, odd, look({ at: 60_000 })], bake))).toBe('30 s more of the bake time')
    expect(verdictOf(play([healthy, odd, look({ at: 90_000 })], bake)).status).toBe('succeeded')
  })

  test('ends while tasks are starting, and says so', () => {
    const starting = look({ at: 91_000, tasks: [task('1'), task('2'), task('3', { lastStatus: 'PENDING' })] })
    expect(verdictOf(play([healthy, starting], bake))).toEqual({
      status: 'succeeded',
      reason: 'web:2 became healthy, and no task failed or turned unhealthy during the bake time of 1 min.',
      evidence: expect.arrayContaining(['At the end: task 3 is PENDING']),
    })
  })

  const AGAINST: readonly (readonly [string, Partial<Observation>])[] = [
    ['a task failed', { tasks: [task('1'), task('2'), failedTask('3')] }],
    ['a target that was healthy is not', { targets: [target('1'), target('2', { state: 'unhealthy' })] }],
    ['a container is unhealthy', { tasks: [task('1'), task('2', { healthStatus: 'UNHEALTHY' })] }],
  ]
  test.each(AGAINST)('restarts when %s, and is rolled back at the time-out', (_, more) => {
    const against = look({ ...more, at: 50_000 })
    const again = play([healthy, against, look({ at: 60_000 }), look({ at: 91_000 })], bake)
    expect(waitsFor(again)).toMatch(/^(19|29) s more of the bake time$/)
    const late = verdictOf(play([healthy, against, look({ at: 60_000 })], { ...bake, deadline: 60_000 }))
    expect([late.status, late.keepRevision]).toEqual(['timed-out', undefined])
  })

  test('that is not over at the time-out is red, and the revision is kept', () => {
    const late = verdictOf(play([healthy, look({ at: 60_000 })], { ...bake, deadline: 60_000 }))
    expect([late.status, late.keepRevision]).toEqual(['timed-out', true])
    expect(late.reason).toContain('no task has failed or turned unhealthy since')
  })
})

describe('blue/green, linear and canary, as ECS does them', () => {
  const ALTERNATE = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/green/def'
  const [balancer] = healthy.service?.loadBalancers ?? []
  const swapped = service([deployment({ rolloutState: 'COMPLETED' })], {
    loadBalancers: balancer === undefined ? [] : [{ ...balancer, alternateTargetGroupArn: ALTERNATE }],
  })
  const green = ['1', '2'].flatMap((id) => [
    target(id, { state: 'unregistered' }),
    target(id, { targetGroupArn: ALTERNATE }),
  ])

  test.each(['PRE_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT', 'BAKE_TIME', 'CLEAN_UP'])(
    'are followed through stage %s to the end',
    (lifecycleStage) => {
      const on = look({
        service: swapped,
        targets: green,
        serviceDeployment: record('IN_PROGRESS', { lifecycleStage }),
      })
      expect('verdict' in play([on])).toBe(false)
    },
  )

  test('succeed when each task is healthy in the target group of its traffic', () => {
    const end = look({
      service: swapped,
      targets: green,
      serviceDeployment: record('SUCCESSFUL', { lifecycleStage: 'CLEAN_UP' }),
    })
    expect(verdictOf(play([end])).status).toBe('succeeded')
    // ECS has baked it already.
    expect(verdictOf(play([end], { ...criteria, waitFor: 'bake' })).status).toBe('succeeded')
  })

  test('are red when a hook or an alarm rolls them back', () => {
    const back = record('ROLLBACK_SUCCESSFUL', { lifecycleStage: 'BAKE_TIME', rollbackReason: 'lifecycle hook failed' })
    expect(verdictOf(play([look({ service: swapped, serviceDeployment: back })])).status).toBe('rolled-back')
  })
})

test.each<[Criteria['waitFor'], string]>([
  ['healthy', 'All 2 tasks run web:2, and every target is healthy.'],
  ['started', 'All 2 tasks of web:2 are running. Health was not waited for (`wait-for: started`).'],
])('a success that started nothing says so first (wait-for: %s)', (waitFor, rest) => {
  const { status, reason } = verdictOf(play([healthy], { ...criteria, waitFor }, { ...followed, isNew: false }))
  expect(status).toBe('succeeded')
  expect(reason).toBe(`No deployment was started: the service runs web:2 already. ${rest}`)
})

describe('the image', () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`
  const running = (imageDigest: string, image = 'web:2') =>
    look({
      tasks: ['1', '2'].map((id) => task(id, { containers: [{ name: 'app', image, imageDigest, hostPorts: [] }] })),
    })
  const shipping = (image: string, pinned?: string) => ({
    ...followed,
    shipped: [{ container: 'app', image, ...(pinned === undefined ? {} : { digest: pinned }) }],
  })

  test('of the running tasks must be the one that was deployed', () => {
    const seen = verdictOf(play([running(digest('b'))], criteria, shipping('web:2', digest('a'))))
    expect(seen).toMatchObject({
      status: 'failed',
      reason: 'The running tasks do not run the image that was deployed.',
    })
    expect(seen.evidence[0]).toBe(`Task 1, container app: runs ${digest('b')} instead of ${digest('a')}`)
    expect(verdictOf(play([running(digest('a'))], criteria, shipping('web:2', digest('a')))).status).toBe('succeeded')
  })

  test('of a sidecar that only the template names may differ from that of its tag', () => {
    const sidecar = { container: 'agent', image: 'agent:7', digest: digest('a'), input: 'template' } as const
    const seen = look({
      tasks: ['1', '2'].map((id) =>
        task(id, { containers: [{ name: 'agent', image: 'agent:7', imageDigest: digest('b'), hostPorts: [] }] }),
      ),
    })
    const judged = (kind: 'template' | 'file') =>
      verdictOf(play([seen], criteria, { ...followed, isNew: false, shipped: imagesNamed({ kind }, [sidecar]) }))
    expect(judged('template').status).toBe('succeeded')
    expect(judged('file').status).toBe('failed')
  })

  test('with a digest in its reference is right, whatever digest ECS shows for the platform', () => {
    const pinned = `web@${digest('a')}`
    expect(verdictOf(play([running(digest('c'), pinned)], criteria, shipping(pinned))).status).toBe('succeeded')
  })
})

describe('rolled-back', () => {
  test('is recognized from the new PRIMARY, also after our deployment and the reason are gone (peers: DTD 191, 494)', () => {
    const failing = look({ service: service([rollback('IN_PROGRESS'), deployment({ status: 'ACTIVE' }), earlier()]) })
    const gone = look({ service: service([rollback('COMPLETED', 'ECS deployment ecs-svc/back completed.')]) })
    expect(waitsFor(play([rolling, failing]))).toBe('ECS to finish its rollback to web:1')
    expect(verdictOf(play([rolling, failing, gone]))).toMatchObject({
      status: 'rolled-back',
      reason:
        'ECS rolled the service back to web:1. ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/before.',
    })
  })

  test('is recognized from the events when no look showed its reason', () => {
    const gone = look({
      service: service([rollback('COMPLETED', 'ECS deployment ecs-svc/back completed.')], {
        events: [{ id: '1', at: MADE + 300_500, message: '(service web) rolling back to deployment ecs-svc/before.' }],
      }),
    })
    expect(verdictOf(play([rolling, gone])).status).toBe('rolled-back')
  })

  test('to the same revision is no success either (fabfuel)', () => {
    const same = { ...followed, previousTaskDefinition: arn(2) }
    const back = { ...rollback('COMPLETED'), taskDefinition: arn(2) }
    expect(verdictOf(play([look({ service: service([back]) })], criteria, same)).status).toBe('rolled-back')
  })

  test('is what ROLLBACK_SUCCESSFUL means, whatever the service looks like (ecspresso, deploy-express-service)', () => {
    const seen = look({ serviceDeployment: record('ROLLBACK_SUCCESSFUL', { rollbackReason: 'the circuit breaker' }) })
    expect(verdictOf(play([seen]))).toMatchObject({
      status: 'rolled-back',
      reason: 'ECS rolled the service back. The circuit breaker.',
    })
  })

  test('names the alarm', () => {
    const seen = look({ serviceDeployment: record('ROLLBACK_SUCCESSFUL', { triggeredAlarms: ['web-5xx'] }) })
    expect(verdictOf(play([seen])).reason).toContain('ECS rolled the service back: alarm web-5xx went off.')
  })

  test('waits for the rollback only with on-failure: rollback', () => {
    const back = look({ service: service([rollback('IN_PROGRESS'), deployment({ status: 'ACTIVE' })]) })
    expect(verdictOf(play([back], { ...criteria, awaitRollback: false }))).toMatchObject({ status: 'failed' })
    const asked = look({ serviceDeployment: record('ROLLBACK_IN_PROGRESS') })
    expect(waitsFor(play([asked]))).toContain('to finish its rollback')
    expect(verdictOf(play([asked], { ...criteria, awaitRollback: false })).status).toBe('failed')
  })
})

describe('superseded', () => {
  const theirs = deployment({ id: 'ecs-svc/theirs', taskDefinition: arn(3), createdAt: MADE + 10_000 })

  test('is a newer PRIMARY that is no rollback (peer: DTD 860)', () => {
    const seen = look({ service: service([theirs, deployment({ status: 'ACTIVE' })]) })
    expect(verdictOf(play([rolling, seen]))).toMatchObject({
      status: 'superseded',
      reason: 'Another deployment replaced this one: web:3 (ecs-svc/theirs).',
    })
  })

  test('is not taken for the rollback of the deploy before it, whose event is as recent (found by a fault run)', () => {
    const events = [{ id: '1', at: MADE, message: '(service web) rolling back to deployment ecs-svc/before.' }]
    const done = { ...theirs, rolloutState: 'COMPLETED', createdAt: MADE + 2_000 }
    expect(verdictOf(play([look({ service: service([done], { events }) })])).status).toBe('superseded')
  })

  test('is recognized from the reason of a service deployment that was stopped', () => {
    const seen = record('STOPPED', { statusReason: 'Replaced by a new service deployment.' })
    expect(verdictOf(play([look({ serviceDeployment: seen })])).status).toBe('superseded')
  })
})

describe('a stale read', () => {
  const stale = look({
    service: service([earlier({ status: 'PRIMARY' })], { taskDefinition: arn(1) }),
    tasks: [],
    targets: [],
  })

  test('from before UpdateService is neither a rollback nor another deploy', () => {
    expect(waitsFor(play([stale]))).toBe('ECS to list the deployment')
    expect(verdictOf(play([stale, rolling, stale, healthy])).status).toBe('succeeded')
  })
})

describe('timed-out', () => {
  test('names what was still waited for', () => {
    expect(verdictOf(play([{ ...rolling, at: criteria.deadline }]))).toEqual({
      status: 'timed-out',
      reason: 'Not done after 10 min.',
      evidence: ['Still waiting: rollout IN_PROGRESS: 1/2 running, 0 pending, 0 failed.'],
    })
  })

  test('has the cause of tasks that stopped, unless a lifecycle hook waits for an answer', () => {
    const late = { ...rolling, at: criteria.deadline, tasks: [failedTask('1'), task('2')] }
    expect(verdictOf(play([late])).reason).toBe('Not done after 10 min: 1 × app exited with code 1.')
    const asking = { ...late, serviceDeployment: record('IN_PROGRESS', { awaiting: [{ hookId: 'approve' }] }) }
    const { reason, cause, evidence } = verdictOf(play([asking]))
    expect([reason, cause]).toEqual(['Not done after 10 min.', undefined])
    expect(evidence[0]).toBe('Still waiting: lifecycle hook approve, which waits for an answer.')
  })

  test('is not the verdict on a deploy that has just succeeded', () => {
    expect(verdictOf(play([look({ at: criteria.deadline + 1 })])).status).toBe('succeeded')
  })
})

test('a rollback by this run keeps the first reason, and is never green', () => {
  const first = { status: 'timed-out' as const, reason: 'Not done after 10 min.', evidence: ['x'] }
  const good = { status: 'succeeded' as const, reason: 'All run.', evidence: [] }
  const bad = { status: 'failed' as const, reason: 'It crashed.', evidence: ['y'] }
  expect(afterRollback(first, good, arn(1))).toEqual({
    status: 'rolled-back',
    reason: 'Not done after 10 min. Rolled back to web:1, which is healthy.',
    evidence: ['x'],
  })
  expect(afterRollback(first, bad, arn(1))).toMatchObject({ status: 'failed', evidence: ['x', 'y'] })
  expect(afterRollback(first, outcomeUnknown('AccessDenied'), arn(1))).toMatchObject({
    status: 'failed',
    reason:
      'Not done after 10 min. The rollback to web:1 was started, but its status can no longer be read; how it ends is not known. AccessDenied.',
  })
  expect(cancelled('It was left.').status).toBe('cancelled')
})
