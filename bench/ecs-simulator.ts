// Measures the simulated ECS with more and more services: `node --expose-gc bench/ecs-simulator.ts [SERVICES…]`, default 10, 100,
// 1,000 and 10,000 services of ten tasks each. All are rolled out at once, on a clock that stands still otherwise. Times
// are processor time.
import './help.ts'
import { createEcs } from '../rehearsal/cloud/ecs/index.ts'
import type { TargetGroups } from '../rehearsal/cloud/interfaces.ts'
import type { Caller, Members } from '../rehearsal/cloud/kernel/call.ts'
import { ManualClock } from '../rehearsal/cloud/kernel/clock.ts'
import { Journal } from '../rehearsal/cloud/kernel/journal.ts'
import { seededRandom } from '../rehearsal/cloud/kernel/random.ts'
import { createSimulatedRuntime } from '../rehearsal/cloud/runtimes/simulated/index.ts'

const TASKS = 10
const MINUTES = 5
const CALLS = 20_000

const caller: Caller = {
  account: '123456789012',
  region: 'us-east-1',
  accessKeyId: 'bench',
  arn: 'arn:aws:iam::123456789012:user/bench',
  userId: 'bench',
  role: undefined,
}

const noTargetGroups: TargetGroups = {
  find: () => undefined,
  findRule: () => undefined,
  shift: () => undefined,
  register: () => undefined,
  deregister: () => undefined,
  health: () => undefined,
  onChange: () => () => undefined,
}

interface Row {
  readonly services: number
  readonly tasks: number
  readonly 'create ms': number
  readonly 'rollout ms': number
  readonly 'ms per service': number
  readonly 'steady minute ms': number
  readonly 'calls/s': number
  readonly 'heap MB': number
  readonly entries: number
}

const sizes = process.argv.slice(2).map(Number)
const rows: Row[] = []
for (const services of sizes.length > 0 ? sizes : [10, 100, 1_000, 10_000]) rows.push(await measure(services))
console.table(rows)

async function measure(services: number): Promise<Row> {
  const clock = new ManualClock()
  const journal = new Journal(clock, undefined, false)
  let entries = 0
  journal.follow(() => {
    entries += 1
  })
  const random = seededRandom(1)
  const runtime = createSimulatedRuntime({ clock, random })
  const { operations } = createEcs({ clock, journal, runtime, targetGroups: noTargetGroups, random })
  const call = async (operation: string, input: Members): Promise<Members> => {
    const run = operations[operation]
    if (run === undefined) throw new Error(`no operation ${operation}`)
    return run(input, caller)
  }
  await call('CreateCluster', { clusterName: 'main' })
  const register = () =>
    call('RegisterTaskDefinition', {
      family: 'web',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image: 'web:1', portMappings: [{ containerPort: 80 }] }],
    })
  await register()

  const created = await timed(async () => {
    for (let i = 0; i < services; i++) {
      await call('CreateService', {
        cluster: 'main',
        serviceName: `web-${i}`,
        taskDefinition: 'web:1',
        desiredCount: TASKS,
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      })
    }
    await clock.advance(MINUTES * 60_000)
  })
  await register()
  const rollout = await timed(async () => {
    for (let i = 0; i < services; i++) {
      await call('UpdateService', { cluster: 'main', service: `web-${i}`, taskDefinition: 'web:2' })
    }
    await clock.advance(MINUTES * 60_000)
  })
  await mustBeDone(services, call)
  const steady = await timed(() => clock.advance(60_000))
  // Collects the garbage of the rollout, so that it does not count for the calls.
  globalThis.gc?.()
  const calls = await timed(async () => {
    for (let i = 0; i < CALLS; i++)
      await call('DescribeServices', { cluster: 'main', services: [`web-${i % services}`] })
  })
  globalThis.gc?.()
  return {
    services,
    tasks: services * TASKS,
    'create ms': Math.round(created),
    'rollout ms': Math.round(rollout),
    'ms per service': round(rollout / services),
    'steady minute ms': round(steady),
    'calls/s': Math.round((CALLS / calls) * 1_000),
    'heap MB': Math.round(process.memoryUsage().heapUsed / 1_048_576),
    entries,
  }
}

/** Throws if the rollout is not complete: then the numbers mean nothing. */
async function mustBeDone(
  services: number,
  call: (operation: string, input: Members) => Promise<Members>,
): Promise<void> {
  for (const i of [0, services - 1]) {
    const answer = await call('DescribeServices', { cluster: 'main', services: [`web-${i}`] })
    const [service] = answer['services'] as { deployments: { rolloutState: string; runningCount: number }[] }[]
    const [only, ...others] = service?.deployments ?? []
    if (others.length > 0 || only?.rolloutState !== 'COMPLETED' || only.runningCount !== TASKS) {
      throw new Error(`The rollout of web-${i} is not complete: ${JSON.stringify(service?.deployments)}`)
    }
  }
}

/** Processor time in milliseconds. On a shared machine, elapsed time would include other processes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
