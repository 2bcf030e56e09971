import { describeChanges } from '../../../../actions/deploy-ecs/src/watch/describe-changes.ts'
import {
  deployment,
  failedTask,
  followed,
  GROUP,
  healthy,
  MADE,
  record,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

test('one line for each change, and none for a look that shows nothing new', () => {
  expect(describeChanges(followed, healthy, { ...healthy, at: 99 })).toEqual([])
  const seen = {
    at: 1,
    service: service([deployment({ runningCount: 1 })], {
      events: [{ id: 'e', at: MADE + 1, message: 'has started 1 tasks.' }],
    }),
    serviceDeployment: record('IN_PROGRESS', { lifecycleStage: 'BAKE_TIME' }),
    tasks: [task('1'), failedTask('2')],
    targets: [target('1', { state: 'initial' })],
  }
  expect(describeChanges(followed, undefined, seen)).toEqual([
    'Rollout IN_PROGRESS: 1/2 running, 0 pending, 0 failed',
    'Service deployment IN_PROGRESS at stage BAKE_TIME',
    'ECS: has started 1 tasks.',
    'Task 2 stopped: Essential container in task exited (app exited with code 1)',
    'Target 10.0.0.1:80 in web is initial.',
  ])
})

test('shows once how to continue at a lifecycle hook that waits', () => {
  const paused = { ...healthy, serviceDeployment: record('IN_PROGRESS', { awaiting: [{ hookId: 'h1' }] }) }
  expect(describeChanges(followed, healthy, paused).join()).toContain('--hook-id h1 --action CONTINUE')
  expect(describeChanges(followed, paused, paused)).toEqual([])
})

test('a deployment that the service no longer lists has one line', () => {
  const gone = { ...healthy, service: service([]) }
  expect(describeChanges(followed, healthy, gone)).toEqual(['Deployment ecs-svc/ours is no longer listed.'])
  expect(describeChanges(followed, gone, gone)).toEqual([])
})

test('describes stages with their share of the traffic, and the reason of the status', () => {
  const shifting = { ...healthy, serviceDeployment: record('IN_PROGRESS', { productionTraffic: 10 }) }
  const failed = { ...healthy, serviceDeployment: record('ROLLBACK_FAILED', { statusReason: 'No capacity.' }) }
  expect(describeChanges(followed, healthy, shifting)).toEqual([
    'Service deployment IN_PROGRESS with 10 % of the production traffic',
  ])
  expect(describeChanges(followed, shifting, failed)).toEqual(['Service deployment ROLLBACK_FAILED: No capacity.'])
})

test('keeps events from before the deployment out, and each event once', () => {
  const at = (...events: readonly { readonly id: string; readonly at: number; readonly message: string }[]) => ({
    ...healthy,
    service: service([deployment({ rolloutState: 'COMPLETED' })], { events }),
  })
  const event = (after: number) => ({ id: `${after}`, at: MADE + after, message: `event ${after}` })
  expect(describeChanges(followed, at(event(1)), at(event(2), event(1), event(-1)))).toEqual(['ECS: event 2'])
})

test('has no line for a target that is new and not registered yet', () => {
  const targets = [target('1'), target('2'), target('3', { state: 'unregistered' })]
  expect(describeChanges(followed, healthy, { ...healthy, targets })).toEqual([])
  const lost = [target('1', { state: 'unregistered' }), target('2')]
  expect(describeChanges(followed, healthy, { ...healthy, targets: lost })).toEqual([
    'Target 10.0.0.1:80 in web is unregistered.',
  ])
})

test('names target groups in events without their ARNs', () => {
  const message = `(service web) registered 2 targets in (target-group ${GROUP})`
  const now = { at: 0, service: service([deployment()], { events: [{ id: '1', at: MADE + 1, message }] }) }
  const before = { at: 0, service: service([deployment()]) }
  expect(describeChanges(followed, before, now)).toEqual([
    'ECS: (service web) registered 2 targets in (target-group web)',
  ])
})
