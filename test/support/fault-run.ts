// One deploy on a bad day, drawn from a seed: how the tasks behave, which calls fail, who else deploys, when it is
// cancelled. What deploy-ecs says is held against what the journal says really happened.
import { DescribeServicesCommand, RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import type { Written } from '../../rehearsal/cloud/kernel/journal.ts'
import { type Random, seededRandom } from '../../rehearsal/cloud/kernel/random.ts'
import { parseScenario } from '../../rehearsal/cloud/runtimes/simulated/index.ts'
import { type Deployed, deploy } from './deploy.ts'
import { BY_TAG, type EcsCloud, makeService, startEcsCloud } from './ecs-cloud.ts'

export interface FaultRun {
  readonly seed: number
  readonly story: string
  readonly verdict: string
  /** What the journal says that the verdict may be. */
  readonly allowed: readonly string[]
  /** Every way in which the run broke its word; empty when it kept it. */
  readonly problems: readonly string[]
}

const BEHAVIOURS = [
  'ok',
  'ok',
  'ok',
  'slow',
  'crash',
  'late-crash',
  'oom',
  'missing',
  'no-secret',
  'sick',
  'mute',
  'flaky',
]
// Not `slow`: time passes only while the action sleeps, so that a call which waits for time would wait for ever.
const KINDS = ['throttled', 'server-error', 'unavailable', 'reset-before', 'reset-after'] as const

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

interface Story {
  readonly behaviour: string
  readonly desiredCount: number
  readonly balanced: boolean
  readonly breaker: 'none' | 'stop' | 'rollback'
  readonly faults: readonly string[]
  readonly denied: boolean
  readonly expires: boolean
  readonly rivalAfterMs: number | undefined
  readonly cancelAfterMs: number | undefined
  readonly stale: boolean
}

function draw(random: Random): Story {
  const some = (chance: number) => random() < chance
  return {
    behaviour: pick(random, BEHAVIOURS),
    desiredCount: 1 + Math.floor(random() * 4),
    balanced: some(0.7),
    breaker: pick(random, ['none', 'stop', 'rollback'] as const),
    faults: Array.from({ length: Math.floor(random() * 4) }, () => {
      const kind = pick(random, KINDS)
      const action = pick(random, [
        '',
        ", action: 'Describe*'",
        ', action: UpdateService, times: 2',
        ", action: 'Register*', times: 2",
        ", action: 'List*'",
      ])
      return `{ fault: ${kind}${action}, probability: ${(0.05 + random() * 0.25).toFixed(2)} }`
    }),
    denied: some(0.15),
    expires: some(0.1),
    rivalAfterMs: some(0.15) ? 5_000 + Math.floor(random() * 120_000) : undefined,
    cancelAfterMs: some(0.1) ? Math.floor(random() * 90_000) : undefined,
    stale: some(0.2),
  }
}

const scenarioOf = ({ faults, denied, expires, stale }: Story): string =>
  [
    BY_TAG,
    "  - { when: { image: ':flaky', chance: 0.3 }, exit: { after: 3s, code: 1 } }",
    stale ? 'staleness: { currentServiceDeployment: 60s, serviceDeployments: 8s }' : '',
    'faults:',
    '  - { fault: throttled, action: NothingIsCalledSo }',
    ...(denied
      ? [
          "  - { fault: access-denied, action: '*ServiceDeployments' }",
          '  - { fault: access-denied, action: StopServiceDeployment }',
        ]
      : []),
    ...(expires ? ['  - { fault: expired-credentials, action: DescribeServices, after: 4 }'] : []),
    ...faults.map((rule) => `  - ${rule}`),
  ].join('\n')

/** Plays one seed. */
export async function faultRun(seed: number, watch: (cloud: EcsCloud) => void = () => {}): Promise<FaultRun> {
  const random = seededRandom(seed)
  const story = draw(random)
  const cloud = await startEcsCloud({ seed, scenario: parseScenario(scenarioOf(story), `seed ${seed}`) })
  watch(cloud)
  try {
    return await play(cloud, seed, story)
  } finally {
    await cloud.close()
  }
}

async function play(cloud: EcsCloud, seed: number, story: Story): Promise<FaultRun> {
  const { behaviour, desiredCount, balanced, breaker, rivalAfterMs, cancelAfterMs } = story
  const deploymentCircuitBreaker = { enable: breaker !== 'none', rollback: breaker === 'rollback' }
  await makeService(cloud, {
    image: 'example.com/web:first',
    desiredCount,
    balanced,
    service: { deploymentConfiguration: { deploymentCircuitBreaker } },
  })
  // The rival deploys a family of its own, so that the journal tells it from us.
  const rival = {
    family: 'rival',
    containerDefinitions: [{ name: 'app', image: 'example.com/web:ok', portMappings: [{ containerPort: 80 }] }],
  }
  await cloud.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...rival,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:aws:iam::123456789012:role/x',
    }),
  )
  const cancellation = new AbortController()
  if (cancelAfterMs !== undefined) cloud.clock.after(cancelAfterMs, () => cancellation.abort())
  if (rivalAfterMs !== undefined) {
    cloud.clock.after(rivalAfterMs, async () => {
      cloud.arm(false)
      await cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', taskDefinition: 'rival' }))
      cloud.arm()
    })
  }
  const first = cloud.journal.entries().length
  cloud.arm()
  const done = await deploy(
    cloud,
    { image: `example.com/web:${behaviour}`, timeout: '20m' },
    { signal: cancellation.signal },
  )
  const atExit = cloud.journal.entries().slice(first)
  const state = await look(cloud)
  const { allowed, problems } = judge(story, done, atExit, state)
  // A cancelled deploy was asked to go back; some time later it must be there.
  if (done.outputs['verdict'] === 'cancelled' && problems.length === 0) {
    await cloud.clock.advance(1_800_000)
    const later = await look(cloud)
    if (/rolled back|updated back/.test(done.error ?? '') && later.primary?.startsWith('web:2')) {
      problems.push('It said that the service goes back, but it did not.')
    }
  }
  return { seed, story: JSON.stringify(story), verdict: String(done.outputs['verdict'] ?? 'none'), allowed, problems }
}

interface State {
  readonly primary: string | undefined
  readonly rolloutState: string | undefined
}

/** The service as it really is. */
async function look(cloud: EcsCloud): Promise<State> {
  cloud.arm(false)
  const answer = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  const primary = answer.services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY')
  return { primary: primary?.taskDefinition?.replace(/^.*\//, ''), rolloutState: primary?.rolloutState }
}

function judge(
  story: Story,
  done: Deployed,
  journal: readonly Written[],
  state: State,
): { allowed: string[]; problems: string[] } {
  const verdict = String(done.outputs['verdict'] ?? 'none')
  const problems: string[] = []
  const of = (type: string) => journal.filter((entry) => entry.type === type)
  const isOurs = ({ taskDefinition, isRollback }: Written) =>
    String(taskDefinition).endsWith('web:2') && isRollback !== true
  const ours = new Set(
    of('deployment')
      .filter(isOurs)
      .map(({ id }) => id),
  )
  const record = of('service-deployment').findLast(({ taskDefinition }) => String(taskDefinition).endsWith('web:2'))
  const status = record?.['status']
  // What happened after the last look cannot have been seen.
  const lastLook =
    of('api').findLast(({ action, outcome }) => action === 'DescribeServices' && outcome === 'ok')?.seq ?? 0
  const rivalAt = of('deployment').find(({ taskDefinition }) => String(taskDefinition).endsWith('rival:1'))?.seq
  const unseen = rivalAt !== undefined && rivalAt > lastLook
  const overtaken = rivalAt !== undefined
  const expired =
    story.expires && journal.some(({ type, outcome }) => type === 'api' && outcome === 'ExpiredTokenException')

  if (ours.size > 1) problems.push(`There were ${ours.size} deployments of web:2.`)
  const registered = of('api').filter(
    ({ action, outcome }) => action === 'RegisterTaskDefinition' && (outcome === 'ok' || outcome === 'reset-after'),
  )
  if (registered.length > 1) problems.push(`The revision was registered ${registered.length} times.`)

  const allowed = allowedBy(story, String(status), state, { overtaken, unseen, expired, started: ours.size > 0 })
  if (!allowed.includes(verdict))
    problems.push(`It said ${verdict}; the journal allows ${allowed.join(', ')}. It said: ${done.error ?? 'nothing'}`)
  if (verdict === 'succeeded') {
    const sick = unhealthyOurs(of('task'), of('target'), ours, story.balanced)
    if (sick.length > 0) problems.push(`It was green, with ${sick.join(', ')}.`)
    if (done.error !== undefined) problems.push('It was green, and red.')
  } else if (done.error === undefined) problems.push(`It was not red, though ${verdict}.`)
  return { allowed, problems }
}

interface Circumstances {
  readonly overtaken: boolean
  readonly unseen: boolean
  readonly expired: boolean
  readonly started: boolean
}

const FAILING = new Set(['crash', 'late-crash', 'oom', 'missing', 'no-secret', 'sick', 'mute', 'flaky'])

function allowedBy(
  story: Story,
  status: string,
  state: State,
  { overtaken, unseen, expired, started }: Circumstances,
): string[] {
  const allowed: string[] = []
  const fails = FAILING.has(story.behaviour)
  const back = state.primary === 'web:1' && state.rolloutState === 'COMPLETED'
  // Credentials that expire while the deploy is prepared stop it before there is anything to have a verdict on.
  if (expired) allowed.push('failed', ...(started ? [] : ['none']))
  if (story.cancelAfterMs !== undefined) allowed.push('cancelled', ...(started ? [] : ['none']))
  // AWS may be so unwell that a deploy gives up while it still only reads: red, and nothing was changed.
  if (!started && story.faults.length > 0) allowed.push('none')
  if (overtaken) allowed.push(started ? 'superseded' : 'none')
  // It failed by itself, and its way back was cut off.
  if (overtaken && fails) allowed.push('failed')
  if (status === 'SUCCESSFUL' && (!overtaken || unseen)) allowed.push('succeeded')
  if (back || (unseen && fails)) allowed.push('rolled-back')
  // Neither back nor done: red it must be, but only where the journal shows that something was wrong.
  if (!back && status !== 'SUCCESSFUL' && !overtaken) allowed.push('failed', 'timed-out')
  return [...new Set(allowed)]
}

/** What of our deployment is not well, by the newest entry on each task and target. */
function unhealthyOurs(
  tasks: readonly Written[],
  targets: readonly Written[],
  ours: ReadonlySet<unknown>,
  balanced: boolean,
): string[] {
  const latest = new Map(
    tasks.filter(({ deployment }) => ours.has(deployment)).map((entry) => [entry['taskArn'], entry]),
  )
  const live = [...latest.values()].filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
  const sick = live
    .filter(({ lastStatus }) => lastStatus !== 'RUNNING')
    .map(({ taskArn }) => `task ${taskArn} not RUNNING`)
  if (!balanced) return sick
  const states = new Map(targets.map((entry) => [JSON.stringify(entry['target']), entry]))
  const healthy = [...states.values()].filter(({ to }) => to === 'healthy').length
  return healthy < live.length ? [...sick, `${live.length - healthy} targets not healthy`] : sick
}
