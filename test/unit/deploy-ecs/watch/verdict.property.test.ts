// A deploy with a known end is shown in looks that miss moments, repeat old ones, and lack what the role may
// not read. The verdict has to be that end, or not to be there yet.
import fc from 'fast-check'
import type {
  Observation,
  ObservedDeployment,
  ObservedEvent,
} from '../../../../actions/deploy-ecs/src/observe/model.ts'
import {
  arn,
  criteria,
  deployment,
  earlier,
  MADE,
  play,
  record,
  service,
  target,
  task,
  verdictOf,
} from '../../../support/deploy-ecs/observations.ts'

type End = 'succeeded' | 'rolled-back' | 'failed' | 'superseded'

/** One moment of a deploy: what a current answer of ECS would be then. */
interface Moment {
  readonly deployments: readonly ObservedDeployment[]
  readonly status: string
  readonly statusReason?: string
  readonly events?: readonly ObservedEvent[]
  readonly healthy: boolean
}

const STALE: Moment = { deployments: [earlier({ status: 'PRIMARY' })], status: '', healthy: false }
const started: Moment = {
  deployments: [deployment({ runningCount: 0 }), earlier()],
  status: 'IN_PROGRESS',
  healthy: false,
}
const half: Moment = {
  deployments: [deployment({ runningCount: 1 }), earlier()],
  status: 'IN_PROGRESS',
  healthy: false,
}
const back = (rolloutState: string, rolloutStateReason: string) =>
  deployment({ id: 'ecs-svc/back', taskDefinition: arn(1), createdAt: MADE + 50_000, rolloutState, rolloutStateReason })
const theirs = deployment({ id: 'ecs-svc/theirs', taskDefinition: arn(3), createdAt: MADE + 50_000 })
const events = [{ id: 'e', at: MADE + 50_000, message: '(service web) rolling back to deployment ecs-svc/back.' }]
const breaker = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/back.'

const DEPLOYS: Readonly<Record<End, readonly Moment[]>> = {
  succeeded: [
    started,
    half,
    { deployments: [deployment({ rolloutState: 'COMPLETED' })], status: 'SUCCESSFUL', healthy: false },
    { deployments: [deployment({ rolloutState: 'COMPLETED' })], status: 'SUCCESSFUL', healthy: true },
  ],
  'rolled-back': [
    started,
    half,
    {
      deployments: [back('IN_PROGRESS', breaker), deployment({ status: 'ACTIVE', rolloutState: 'FAILED' })],
      status: 'ROLLBACK_IN_PROGRESS',
      events,
      healthy: false,
    },
    { deployments: [back('IN_PROGRESS', breaker)], status: 'ROLLBACK_IN_PROGRESS', events, healthy: false },
    {
      deployments: [back('COMPLETED', 'ECS deployment ecs-svc/back completed.')],
      status: 'ROLLBACK_SUCCESSFUL',
      events,
      healthy: true,
    },
  ],
  failed: [
    started,
    half,
    {
      deployments: [deployment({ runningCount: 0, rolloutState: 'FAILED' }), earlier()],
      status: 'STOPPED',
      statusReason: 'The circuit breaker threshold was exceeded.',
      healthy: false,
    },
  ],
  superseded: [
    started,
    half,
    {
      deployments: [theirs, deployment({ status: 'ACTIVE' })],
      status: 'STOPPED',
      statusReason: 'Replaced by a new service deployment.',
      healthy: false,
    },
    {
      deployments: [{ ...theirs, rolloutState: 'COMPLETED' }],
      status: 'STOPPED',
      statusReason: 'Replaced by a new service deployment.',
      healthy: true,
    },
  ],
}

/** How a look at a moment can go wrong. */
const flaws = fc.record({
  moment: fc.nat(4),
  stale: fc.boolean(),
  withServiceDeployment: fc.boolean(),
  withTasks: fc.boolean(),
})
type Flaw = typeof flaws extends fc.Arbitrary<infer T> ? T : never

function observe(
  moment: Moment,
  at: number,
  { withServiceDeployment, withTasks }: Omit<Flaw, 'moment' | 'stale'>,
): Observation {
  const state = moment.healthy ? 'healthy' : 'initial'
  return {
    at,
    service: service(moment.deployments, { events: moment.events ?? [] }),
    ...(withServiceDeployment && moment.status !== ''
      ? {
          serviceDeployment: record(
            moment.status,
            moment.statusReason === undefined ? {} : { statusReason: moment.statusReason },
          ),
        }
      : {}),
    ...(withTasks ? { tasks: [task('1'), task('2')], targets: [target('1', { state }), target('2', { state })] } : {}),
  }
}

const looks = (deploy: readonly Moment[], plan: readonly Flaw[], denied: boolean): readonly Observation[] => {
  const order = plan.map(({ moment }) => Math.min(moment, deploy.length - 1)).sort((a, b) => a - b)
  const seen = plan.map((flaw, index) =>
    observe(flaw.stale ? STALE : (deploy[order[index] ?? 0] ?? STALE), index * 1000, {
      ...flaw,
      withServiceDeployment: flaw.withServiceDeployment && !denied,
    }),
  )
  const last = deploy.at(-1) ?? STALE
  return [...seen, observe(last, 100_000, { withServiceDeployment: !denied, withTasks: true })]
}

test.each(Object.entries(DEPLOYS))('a deploy that ends %s is never said to have ended otherwise', (end, deploy) => {
  fc.assert(
    fc.property(fc.array(flaws, { maxLength: 12 }), fc.boolean(), (plan, denied) => {
      expect(verdictOf(play(looks(deploy, plan, denied))).status).toBe(end)
    }),
    { numRuns: 2000 },
  )
})

test('nothing is green while a target is not', () => {
  const states = fc.constantFrom('initial', 'unhealthy', 'unused', 'draining', 'unavailable', 'unregistered')
  fc.assert(
    fc.property(states, fc.boolean(), (state, first) => {
      const seen: Observation = {
        at: 0,
        service: service([deployment({ rolloutState: 'COMPLETED' })]),
        tasks: [task('1'), task('2')],
        targets: [target('1', first ? { state } : {}), target('2', first ? {} : { state })],
      }
      expect(play([seen], criteria).kind).toBe('waiting')
    }),
  )
})
