import { describeChanges } from '../../../../actions/deploy-ecs/src/watch/describe-changes.ts'
import {
  deployment,
  failedTask,
  followed,
  healthy,
  MADE,
  record,
  service,
  target,
  task,
} from '../../../support/deploy-ecs/observations.ts'

describe('the log', () => {
  test('has one line for each change, and none for a look that shows nothing new', () => {
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

  test('says how to go on where a lifecycle hook waits, once', () => {
    const paused = { ...healthy, serviceDeployment: record('IN_PROGRESS', { awaiting: [{ hookId: 'h1' }] }) }
    expect(describeChanges(followed, healthy, paused).join()).toContain('--hook-id h1 --action CONTINUE')
    expect(describeChanges(followed, paused, paused)).toEqual([])
  })
})
