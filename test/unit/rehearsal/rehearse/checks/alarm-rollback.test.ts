import { checkAlarmRollback } from '../../../../../rehearsal/rehearse/checks/alarm-rollback.ts'

const [before, bad] = ['arn:web:2', 'arn:web:3']
const monitor = 'Errors of web'
const claim = { conclusion: 'failure', verdict: 'rolled-back', taskDefinition: bad }
const told = { title: 'Deploy of web to stage was rolled back', text: `“${monitor}” is newly in Alert` }
const good = {
  out: { type: 'service-deployment', taskDefinition: bad, status: 'SUCCESSFUL' },
  alarm: { type: 'monitor', monitor, state: 'Alert' },
  back: { type: 'service-deployment', taskDefinition: before, status: 'SUCCESSFUL' },
  event: { type: 'datadog', outcome: 'ok', event: told },
}
const judged = (more: Partial<Record<keyof typeof good, object>>, said: Partial<typeof claim> = {}) => {
  const entries = Object.values({ ...good, ...more }).map((entry, seq) => ({ seq, type: '', ...entry }))
  return checkAlarmRollback(entries, { ...claim, ...said }, before, monitor)
}

it('accepts a deploy that was rolled out, triggered the monitor, and was rolled back', () => {
  expect(judged({})).toEqual([])
})

const nothing = { type: 'api' }
const cases: readonly (readonly [string, string[], RegExp])[] = [
  ['did not complete its rollout', judged({ out: nothing }), /rollout of arn:web:3 did not complete/],
  ['triggered no alarm', judged({ alarm: nothing }), /did not alert/],
  ['was not rolled back', judged({ back: nothing }), /was not rolled back to arn:web:2/],
  ['was rolled back before the alarm', judged({ out: good.back, back: good.out }), /was not rolled back/],
  [
    'is reported as a success',
    judged({}, { verdict: 'succeeded' }),
    /reports succeeded, but the deploy was rolled back/,
  ],
  ['was green', judged({}, { conclusion: 'success' }), /workflow ended with success/],
  [
    'has an event of success',
    judged({ event: { ...good.event, event: { title: 'It succeeded' } } }),
    /event in Datadog is “It succeeded”/,
  ],
  [
    'has an event without the reason',
    judged({ event: { ...good.event, event: { ...told, text: '' } } }),
    /does not say that/,
  ],
]
it.each(cases)('finds a problem where the deploy %s', (_, problems, expected) => {
  expect(problems).toEqual([expect.stringMatching(expected)])
})
