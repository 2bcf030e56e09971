// One deploy with random faults. Compares the verdict on each service with the journal.
import { type DeploymentConfiguration, RegisterTaskDefinitionCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { parseScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { makeNativeService } from './blue-green-service.ts'
import { type Deployed, deploy } from './deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from './ecs-cloud.ts'
import { type Facts, readFacts, readState } from './fault-facts.ts'
import { problemsWith, wrongClaims } from './fault-judge.ts'
import {
  drawFaultPlan,
  type FaultPlan,
  inputsOf,
  RIVAL,
  type ServicePlan,
  scenarioOf,
  undisturbed,
} from './fault-plan.ts'

export interface FaultRun {
  readonly seed: number
  readonly plan: string
  /** The verdict on each service; `none` where the step ended before it had one, `killed` where it was. */
  readonly verdicts: readonly string[]
  /** The contradictions between the run and the journal. */
  readonly problems: readonly string[]
}

/** Runs one seed. */
export async function faultRun(seed: number, watch: (cloud: EcsCloud) => void = () => {}): Promise<FaultRun> {
  const plan = drawFaultPlan(seed)
  const cloud = await startEcsCloud({ seed, scenario: parseScenario(scenarioOf(plan), `seed ${seed}`) })
  watch(cloud)
  try {
    await prepare(cloud, plan)
    const first = cloud.journal.entries().length
    const result =
      plan.killedAtCall === undefined ? await runDeploy(cloud, plan, first) : await runAndKill(cloud, plan, first)
    return { seed, plan: JSON.stringify(plan), ...result }
  } finally {
    await cloud.close()
  }
}

const STRATEGIES: Readonly<Record<ServicePlan['strategy'], DeploymentConfiguration>> = {
  ROLLING: {},
  BLUE_GREEN: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2 },
  LINEAR: {
    ...{ strategy: 'LINEAR', bakeTimeInMinutes: 1 },
    linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 },
  },
  CANARY: {
    ...{ strategy: 'CANARY', bakeTimeInMinutes: 1 },
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 },
  },
}

type RunResult = Pick<FaultRun, 'verdicts' | 'problems'>

async function prepare(cloud: EcsCloud, { services }: FaultPlan): Promise<void> {
  for (const { name, desiredCount, balanced, breaker, strategy } of services) {
    const deploymentCircuitBreaker = { enable: breaker !== 'none', rollback: breaker === 'rollback' }
    const deploymentConfiguration = { deploymentCircuitBreaker, ...STRATEGIES[strategy] }
    const stack = { name, image: 'example.com/web:first', desiredCount, balanced }
    if (balanced && strategy !== 'ROLLING') await makeNativeService(cloud, deploymentConfiguration, stack)
    else await makeService(cloud, { ...stack, service: { deploymentConfiguration } })
  }
  await cloud.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: RIVAL,
      containerDefinitions: [{ name: 'app', image: 'example.com/web:rival', portMappings: [{ containerPort: 80 }] }],
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:aws:iam::123456789012:role/x',
    }),
  )
}

/** Schedules the cancel and the other deploy of the plan, and switches its faults on. */
function armFaults(cloud: EcsCloud, { rivalAfterMs, cancelAfterMs, services }: FaultPlan): AbortSignal {
  const cancellation = new AbortController()
  if (cancelAfterMs !== undefined) cloud.clock.after(cancelAfterMs, () => cancellation.abort())
  if (rivalAfterMs !== undefined) {
    const service = services[0]?.name
    cloud.clock.after(rivalAfterMs, async () => {
      const update = new UpdateServiceCommand({ cluster: 'production', service, taskDefinition: RIVAL })
      await undisturbed(cloud, () => cloud.ecs.send(update))
    })
  }
  cloud.arm()
  return cancellation.signal
}

async function runDeploy(cloud: EcsCloud, plan: FaultPlan, first: number): Promise<RunResult> {
  const begun = cloud.clock.now()
  const signal = armFaults(cloud, plan)
  const done = await deploy(cloud, inputsOf(plan), { signal })
  const tookMs = cloud.clock.now() - begun
  const journal = cloud.journal.entries().slice(first)
  const api = journal.filter(({ type }) => type === 'api')
  const step = {
    blinded:
      plan.blindAfter !== undefined &&
      api.some(
        ({ action, outcome }) =>
          outcome === 'ExpiredTokenException' || (action === 'DescribeServices' && outcome === 'AccessDeniedException'),
      ),
    cancelled: signal.aborted,
    tookMs,
  }
  const problems: string[] = []
  const registered = api.filter(
    ({ action, outcome }) => action === 'RegisterTaskDefinition' && (outcome === 'ok' || outcome === 'reset-after'),
  )
  if (registered.length > plan.services.length) problems.push(`Revisions were registered ${registered.length} times.`)

  const facts = await factsOf(cloud, plan, first)
  const record = recordOf(done)
  if (record === undefined) {
    if (done.error === undefined) problems.push('It was green without a verdict.')
    for (const { name, started } of facts)
      if (started > 0) problems.push(`It gave no verdict, but ${name} was changed.`)
    return { verdicts: plan.services.map(() => 'none'), problems }
  }
  plan.services.forEach((service, at) => {
    const [said, then] = [record.services[at], facts[at]]
    if (said !== undefined && then !== undefined) problems.push(...problemsWith(plan, service, then, step, said))
  })
  const green = record.services.every(({ verdict }) => verdict === 'succeeded')
  if (green !== (done.error === undefined)) problems.push(green ? 'It was green, and red.' : 'It was not red.')
  const end = `\n  It said: ${done.error ?? 'nothing'}`
  if (step.cancelled) problems.push(...(await checkClaims(cloud, plan, first, facts, done)))
  return {
    verdicts: record.services.map(({ verdict }) => verdict),
    problems: problems.length === 0 ? [] : [...problems, end],
  }
}

/** A cancelled deploy and its post step say in which state they leave the service. Half an hour later it must be so. */
async function checkClaims(
  cloud: EcsCloud,
  plan: FaultPlan,
  first: number,
  then: readonly Facts[],
  done: Deployed,
): Promise<readonly string[]> {
  cloud.arm(false)
  const post = await deploy(cloud, inputsOf(plan), { phase: 'post', state: done.state })
  await cloud.actionClock.sleep(1_800_000)
  const later = await factsOf(cloud, plan, first)
  const said = [done.error ?? '', ...post.log].join('\n')
  return plan.services.flatMap((service, at) => {
    const [was, is] = [then[at], later[at]]
    return was === undefined || is === undefined ? [] : wrongClaims(service, said, was, is)
  })
}

/** Kills the process while it waits for an answer. The post step has only its saved state. */
async function runAndKill(cloud: EcsCloud, plan: FaultPlan, first: number): Promise<RunResult> {
  const state = new Map<string, string>()
  const { connect, dead } = clientsThatStop(plan.killedAtCall ?? 1)
  const signal = armFaults(cloud, { ...plan, cancelAfterMs: undefined })
  const done = deploy(cloud, inputsOf(plan), { signal, liveState: state, connect })
  const wasKilled = (await Promise.race([dead.then(() => true), done.then(() => false)])) as boolean
  if (!wasKilled) return { verdicts: ['ended before it was killed'], problems: [] }
  cloud.arm(false)
  const post = await deploy(cloud, inputsOf(plan), { phase: 'post', state })
  const problems = post.error === undefined ? [] : [`The post step failed: ${post.error}`]
  const then = await factsOf(cloud, plan, first)
  await cloud.actionClock.sleep(1_800_000)
  const later = await factsOf(cloud, plan, first)
  plan.services.forEach((service, at) => {
    const [was, is] = [then[at], later[at]]
    if (was === undefined || is === undefined) return
    problems.push(...wrongClaims(service, post.log.join('\n'), was, is), ...leftHalfway(plan, service, was, is))
  })
  return { verdicts: ['killed'], problems: problems.length === 0 ? [] : [...problems, post.log.join('\n')] }
}

/** After a kill and its post step, a service had already succeeded, or is rolled back. */
function leftHalfway({ onCancel }: FaultPlan, { name }: ServicePlan, then: Facts, later: Facts): readonly string[] {
  const problems = later.started > 1 ? [`There were ${later.started} deployments of ${name}:2.`] : []
  const done = then.status === 'SUCCESSFUL' || later.overtaken || onCancel === 'leave' || later.started === 0
  const { primary, rolloutState } = later.state
  if (done || (primary === `${name}:1` && rolloutState === 'COMPLETED')) return problems
  return [...problems, `${name} was left at ${primary}, ${rolloutState}.`]
}

/** Clients that never answer from some call on. */
function clientsThatStop(callsLeft: number): { readonly connect: Connect; readonly dead: Promise<void> } {
  const never = new Promise<never>(() => {})
  let left = callsLeft
  let die: () => void = () => {}
  const dead = new Promise<void>((resolve) => {
    die = resolve
  })
  const answer = async <T>(send: () => Promise<T>): Promise<T> => {
    if (left <= 0) return never
    const result = await send()
    left -= 1
    if (left > 0) return result
    die()
    return never
  }
  const connect: Connect = (config) => {
    const clients = awsClients(config)
    clients.ecs.middlewareStack.add((next) => (args) => answer(() => next(args)), { step: 'initialize' })
    clients.elb.middlewareStack.add((next) => (args) => answer(() => next(args)), { step: 'initialize' })
    return clients
  }
  return { connect, dead }
}

const factsOf = async (cloud: EcsCloud, { services }: FaultPlan, first: number): Promise<readonly Facts[]> => {
  const span = [first, cloud.journal.entries().length] as const
  const states = await Promise.all(services.map(({ name }) => readState(cloud, name)))
  const journal = cloud.journal.entries()
  return services.flatMap((service, at) => {
    const state = states[at]
    return state === undefined ? [] : [readFacts(journal, span, service, state)]
  })
}

const recordOf = (done: Deployed) =>
  done.outputs['deploy-record'] as
    | { readonly services: readonly { readonly verdict: string; readonly reason: string }[] }
    | undefined
