import { judgeTakenBack } from '../../../../../rehearsal/rehearse/checks/alarm-rollback.ts'

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
  return judgeTakenBack(entries, { ...claim, ...said }, before, monitor)
}

it('agrees with a deploy that was rolled out, set the monitor off, and went back', () => {
  expect(judged({})).toEqual([])
})

const nothing = { type: 'api' }
const cases: readonly (readonly [string, string[], RegExp])[] = [
  ['never rolled out', judged({ out: nothing }), /arn:web:3 never rolled out/],
  ['met no alarm', judged({ alarm: nothing }), /was never set off/],
  ['stayed', judged({ back: nothing }), /did not go back to arn:web:2/],
  ['went back before the alarm', judged({ out: good.back, back: good.out }), /did not go back/],
  ['was called a success', judged({}, { verdict: 'succeeded' }), /says succeeded, and it was rolled back/],
  ['was green', judged({}, { conclusion: 'success' }), /workflow ended as success/],
  [
    'was told as a success',
    judged({ event: { ...good.event, event: { title: 'It succeeded' } } }),
    /told “It succeeded”/,
  ],
  ['was told without its reason', judged({ event: { ...good.event, event: { ...told, text: '' } } }), /and not that/],
]
it.each(cases)('disagrees where the deploy %s', (_, problems, expected) => {
  expect(problems).toEqual([expect.stringMatching(expected)])
})
