import { judgeStop, type Stop } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { nextStep } from '../../../../actions/deploy-ecs/src/report/next-step.ts'
import { failedTask } from '../../../support/deploy-ecs/observations.ts'

const stop = judgeStop(failedTask('1'))
const check = { targetGroup: 'web', codes: '404', timedOut: false, text: '' }

test.each([
  ['an event', { text: '', event: 'was unable to place a task. Reason: Capacity is unavailable' }, 'Fargate capacity'],
  ['a task that stopped', { text: '', stop: stop as Stop }, 'The application failed'],
  ['a health check, before the task that was stopped for it', { text: '', stop: stop as Stop, check }, 'no such path'],
  ['an alarm', { text: '', alarms: ['5xx'] }, 'CloudWatch'],
])('%s has its next step', (_, cause, hint) => {
  expect(nextStep({ cause })).toContain(hint)
})

test('an unknown cause has none', () => {
  expect(nextStep({})).toBeUndefined()
})
