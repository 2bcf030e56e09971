import { ecsRollback, type RollbackFacts } from '../../../../actions/deploy-ecs/src/observe/ecs-rollback.ts'
import type { ObservedDeployment, ObservedService } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { arn, deployment, earlier, followed, MADE, record, service } from '../../../support/deploy-ecs/observations.ts'

const AT = MADE + 300_000
/** A PRIMARY that came after ours. Its reason says nothing, as after ECS has completed it. */
const newer = (more: Partial<ObservedDeployment> = {}): ObservedDeployment =>
  deployment({
    id: 'ecs-svc/newer',
    taskDefinition: arn(1),
    createdAt: AT,
    rolloutState: 'COMPLETED',
    rolloutStateReason: 'ECS deployment ecs-svc/newer completed.',
    ...more,
  })
const ours = deployment({ status: 'ACTIVE' })
const failed = deployment({ status: 'ACTIVE', rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' })
const event = (at: number, message = '(service web) rolling back to deployment ecs-svc/before.') => ({
  events: [{ id: '1', at, message }],
})
const seen = (primary: ObservedDeployment, more: Partial<ObservedService> = {}, own = ours): RollbackFacts => ({
  service: service([primary, own], more),
})

test.each<[string, RollbackFacts, string]>([
  [
    'its reason says so',
    seen(newer({ rolloutStateReason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/before.' })),
    'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/before.',
  ],
  [
    'its reason says so, whatever revision it goes to',
    seen(newer({ taskDefinition: arn(7), rolloutStateReason: 'rolling back to deploymentId ecs-svc/old.' })),
    'rolling back to deploymentId ecs-svc/old.',
  ],
  [
    'an event of that moment says so',
    seen(newer(), event(AT + 500)),
    '(service web) rolling back to deployment ecs-svc/before.',
  ],
  [
    'an event names it',
    seen(newer({ taskDefinition: arn(7) }), event(AT, 'rolling back: deployment ecs-svc/newer')),
    'rolling back: deployment ecs-svc/newer',
  ],
  ['ours is FAILED, and it runs the previous revision', seen(newer(), {}, failed), 'tasks failed to start.'],
  [
    'ours is FAILED, and it runs the last revision that completed',
    {
      service: service([
        newer({ taskDefinition: arn(7) }),
        failed,
        earlier({ id: 'ecs-svc/old', taskDefinition: arn(7) }),
      ]),
    },
    'tasks failed to start.',
  ],
  [
    'our service deployment is being rolled back',
    { ...seen(newer()), serviceDeployment: record('ROLLBACK_IN_PROGRESS', { rollbackReason: 'an alarm' }) },
    'an alarm',
  ],
  [
    'our service deployment was rolled back',
    { ...seen(newer()), serviceDeployment: record('ROLLBACK_SUCCESSFUL', { statusReason: 'done' }) },
    'done',
  ],
  ['ECS accepted our request for it', { ...seen(newer()), requested: true }, ''],
  [
    'it was recognized before',
    { ...seen(newer({ taskDefinition: arn(7) })), rollbacks: new Map([['ecs-svc/newer', 'as was seen then']]) },
    'as was seen then',
  ],
])('a newer PRIMARY is a rollback where %s', (_, facts, reason) => {
  expect(ecsRollback(followed, facts)).toMatchObject({ deployment: { id: 'ecs-svc/newer' }, reason })
})

test.each<[string, RollbackFacts]>([
  ['it only runs the previous revision: anybody can deploy that', seen(newer())],
  ['it runs another revision while ours is FAILED', seen(newer({ taskDefinition: arn(3) }), {}, failed)],
  [
    'it runs another revision while our service deployment is rolled back',
    { ...seen(newer({ taskDefinition: arn(3) })), serviceDeployment: record('ROLLBACK_IN_PROGRESS') },
  ],
  [
    'it runs another revision than the one that we asked for',
    { ...seen(newer({ taskDefinition: arn(3) })), requested: true },
  ],
  ['the event is of another rollback, before it', seen(newer(), event(AT - 31_000))],
  ['the event is from before our deployment', seen(newer({ createdAt: MADE + 1_000 }), event(MADE))],
  ['our service deployment was replaced', { ...seen(newer()), serviceDeployment: record('STOPPED') }],
  ['another one was recognized', { ...seen(newer()), rollbacks: new Map([['ecs-svc/other', 'x']]) }],
])('a newer PRIMARY is no rollback where %s', (_, facts) => {
  expect(ecsRollback(followed, facts)).toBeUndefined()
})

test.each<[string, RollbackFacts]>([
  ['our own deployment', { service: service([deployment()]), requested: true }],
  ['an older one, from a stale read', { service: service([earlier({ status: 'PRIMARY' })]), requested: true }],
  ['no service', { requested: true }],
])('%s is no rollback', (_, facts) => {
  expect(ecsRollback(followed, facts)).toBeUndefined()
})
