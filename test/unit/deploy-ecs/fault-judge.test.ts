// The judge of `node bench/deploy-ecs-faults.ts`, in runs with a rival deploy after our rollback and before the step ends.
import type { Entry } from '../../../rehearsal/cloud/kernel/journal.ts'
import { readFacts } from '../../support/deploy-ecs/fault-facts.ts'
import { problemsWith } from '../../support/deploy-ecs/fault-judge.ts'
import type { FaultPlan, ServicePlan } from '../../support/deploy-ecs/fault-plan.ts'

const one = (name: string): ServicePlan => ({
  ...{ name, behaviour: 'no-secret', desiredCount: 1, balanced: false, breaker: 'stop', strategy: 'ROLLING' },
})
const web = one('web')
const plan: FaultPlan = {
  services: [web, one('api')],
  ...{ waitFor: 'healthy', onFailure: 'rollback', onCancel: 'rollback', faults: [], denied: [], stale: false },
  ...{ blindAfter: undefined, rivalAfterMs: 94_000, cancelAfterMs: undefined, killedAtCall: undefined },
}

const of = (revision: string) => ({
  service: 'x:service/production/web',
  taskDefinition: `x:task-definition/${revision}`,
})
const deployment = (id: string, revision: string, rolloutState = 'IN_PROGRESS'): Entry => ({
  ...{ type: 'deployment', id, ...of(revision), status: 'PRIMARY', rolloutState, isRollback: false },
})
const task = (lastStatus: string, desiredStatus = 'RUNNING'): Entry => ({
  ...{ type: 'task', taskArn: 'x:task/1', deployment: 'back', ...of('web:1'), lastStatus, desiredStatus },
})
const look = (...services: readonly string[]): Entry => ({
  ...{ type: 'api', service: 'ecs', action: 'DescribeServices', outcome: 'ok', request: { services } },
})

const deployed = [
  deployment('ours', 'web:2'),
  { type: 'service-deployment', ...of('web:2'), status: 'STOPPED' },
  deployment('back', 'web:1'),
]
const back = [task('RUNNING'), deployment('back', 'web:1', 'COMPLETED'), look('web', 'api')]
const rival = deployment('theirs', 'rival:1')
const replaced = [task('STOPPED', 'STOPPED'), look('api')]

/** The judge's objections to the verdict `rolled-back`. The last look in the journal is the judge's own. */
function objections(entries: readonly Entry[]): readonly string[] {
  const journal = [...entries, look('web')].map((entry, at) => ({ at: '', wall: 0, ...entry, seq: at + 1 }))
  const state = { primary: 'rival:1', rolloutState: 'COMPLETED' }
  const facts = readFacts(journal, [0, entries.length], web, state)
  const step = { blinded: false, cancelled: false, tookMs: 400_000 }
  return problemsWith(plan, web, facts, step, {
    verdict: 'rolled-back',
    reason: 'Rolled back to web:1, which is healthy.',
  })
}

const NO = ['It said rolled-back of web; the journal (STOPPED) allows superseded, failed.']

test('accepts a rollback that was complete and healthy at the last look, before the rival deploy', () => {
  expect(objections([...deployed, ...back, rival, ...replaced])).toEqual([])
})

test('refuses a rollback where a later look showed the rival deploy', () => {
  expect(objections([...deployed, ...back, rival, ...replaced, look('web')])).toEqual(NO)
})

test('refuses a rollback that was not complete, or not healthy, before the rival deploy', () => {
  expect(objections([...deployed, task('RUNNING'), look('web'), rival, ...replaced])).toEqual(NO)
  expect(objections([...deployed, task('RUNNING'), look('web'), rival, ...back.slice(1, 2), ...replaced])).toEqual(NO)
  expect(objections([...deployed, ...back, task('STOPPED', 'STOPPED'), rival, ...replaced])).toEqual(NO)
})
