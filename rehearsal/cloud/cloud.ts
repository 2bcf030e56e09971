import { Accounts } from './accounts/accounts.ts'
import { credentialsMissing } from './accounts/errors.ts'
import { stsOperations, UNSIGNED } from './accounts/sts.ts'
import { adminRoute } from './admin-api.ts'
import { chooseRuntime, type RuntimeChoice, refuseMismatch } from './choose-runtime.ts'
import { createDatadog, type Datadog } from './datadog/index.ts'
import type { Scenario as DatadogScenario } from './datadog/scenario.ts'
import { createRegistry } from './ecr/index.ts'
import { ManualAlarms } from './ecs/alarms.ts'
import { createEcs } from './ecs/index.ts'
import { createElb, standInVpcs, vpcsOf } from './elb/index.ts'
import { environmentOf } from './environment.ts'
import { type FaultRule, faults, firstOf } from './faults.ts'
import { createGitHub, type GitHub } from './github/index.ts'
import { type Clock, RealClock } from './kernel/clock.ts'
import { FrontDoor } from './kernel/front-door.ts'
import { Journal } from './kernel/journal.ts'
import { jsonService } from './kernel/protocol/json.ts'
import { queryService } from './kernel/protocol/query.ts'
import { seededRandom } from './kernel/random.ts'
import { Server } from './kernel/server.ts'
import type { Intercept, Service } from './kernel/service.ts'
import { askEc2 } from './moto/calls.ts'
import { createMoto } from './moto/moto.ts'
import { motoService } from './moto/service.ts'
import { type Scenario, stalenessOf } from './runtimes/simulated/index.ts'
import { createS3 } from './s3/index.ts'
import { FRESH } from './staleness.ts'
import { throttling } from './throttling.ts'

export interface CloudOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number
  /** The account of every access key that is not itself an account's number. */
  readonly account?: string
  readonly region?: string
  /** What runs ECS's tasks. Without, none ever starts: good enough for those who only make services. */
  readonly runtime?: RuntimeChoice
  /** What happens: to tasks and alarms (simulated only), to calls, to Datadog's monitors. */
  readonly scenario?: Scenario
  /** On the label of every container, network and image that the cloud makes. */
  readonly runId?: string
  /** Where to write the journal as JSON lines; it is kept in memory in any case. */
  readonly journal?: string
  readonly clock?: Clock
  /** How many times faster than the machine's the cloud's clock runs. */
  readonly speed?: number
  /** Makes chance the same for every cloud with the same seed. */
  readonly seed?: number
  /** Refuses calls that come faster than AWS's documented rates. */
  readonly throttle?: boolean
  /** What goes wrong on purpose, drawn with `seed`. */
  readonly faults?: readonly FaultRule[]
  /** Looks at every call before anything else does: for tests that need a fault of their own. */
  readonly intercept?: Intercept
  /** What Datadog's monitors do, as the `datadog:` section of a scenario has it. */
  readonly datadog?: DatadogScenario
  /** Where programs are that the cloud runs for itself, if not on PATH by their usual names. */
  readonly programs?: { readonly registry?: string; readonly moto?: string }
}

/** A running cloud. */
export interface Cloud {
  readonly url: string
  /** What a tool's environment needs so that it talks to this cloud, and to nothing else. */
  readonly env: Readonly<Record<string, string>>
  readonly journal: Journal
  readonly accounts: Accounts
  readonly github: GitHub
  readonly datadog: Datadog
  /** CloudWatch alarms as deployments see them, raised and cleared by hand or by the scenario. */
  readonly alarms: ManualAlarms
  close(): Promise<void>
}

const none: Intercept = () => undefined

const ADDRESS = '127.0.0.1'

/** Starts a cloud, and resolves once it answers. Rejects, with nothing left behind, when something it needs is missing. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    return await compose(options, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

/** Puts the rooms together. What was opened is closed in the opposite order, so that nobody asks who is gone already. */
async function compose(
  options: CloudOptions,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Cloud> {
  const { account = '123456789012', region = 'us-east-1', scenario } = options
  refuseMismatch(options.runtime, scenario)
  const clock = options.clock ?? new RealClock(options.speed)
  // A stream of chance for each use: how often one is asked must not change what another is told.
  const chance = (stream: number) => (options.seed === undefined ? Math.random : seededRandom(options.seed + stream))
  const journal = new Journal(clock, options.journal)
  const accounts = new Accounts(clock, account)
  const datadog = createDatadog({ clock, journal })
  const monitors = options.datadog ?? scenario?.datadog
  if (monitors !== undefined) datadog.play(monitors)
  const github = createGitHub({ clock, journal })

  const moto = createMoto(options.programs?.moto)
  closers.push(moto.close)
  const registry = createRegistry({
    clock,
    journal,
    listen: (address) => server.open(address),
    program: options.programs?.registry,
  })
  closers.push(registry.close)

  const alarms = new ManualAlarms()
  const runtime = await chooseRuntime(options.runtime, {
    clock,
    random: chance(0),
    speed: options.speed ?? 1,
    runId: options.runId,
    scenario,
    moto,
    registry,
    setAlarm: (scope, name, inAlarm) => alarms.set(scope, name, inAlarm),
  })
  closers.push(() => runtime.close())
  const elb = createElb({
    clock,
    journal,
    prober: runtime,
    network: runtime,
    vpcs: runtime.carriesTraffic ? vpcsOf((scope, parameters) => askEc2(moto, scope, parameters)) : standInVpcs,
  })
  closers.push(elb.close)
  const ecs = createEcs({
    clock,
    journal,
    runtime,
    targetGroups: elb.targetGroups,
    random: chance(1),
    alarms,
    staleness: scenario === undefined ? FRESH : stalenessOf(scenario),
  })
  closers.push(ecs.close)

  // The services of AWS, by their names in a credential scope. Each room is plugged in here and nowhere else.
  const services: Readonly<Record<string, Service>> = {
    s3: createS3(clock),
    sts: queryService('https://sts.amazonaws.com/doc/2011-06-15/', stsOperations(accounts, clock)),
    ecr: jsonService(registry.operations),
    ecs: jsonService(ecs.operations),
    elasticloadbalancing: queryService('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/', elb.operations),
  }

  const frontDoor = new FrontDoor({
    clock,
    journal,
    intercept: firstOf(
      options.intercept ?? none,
      faults([...(options.faults ?? []), ...(scenario?.faults ?? [])], {
        random: chance(2),
        expire: (account) => void accounts.expire(account),
      }),
      options.throttle || scenario?.throttle ? throttling(clock) : none,
    ),
    service: (name, head) => services[name] ?? motoService(moto, name, head),
    identify: (signature, { protocol }, action) => {
      if (signature !== undefined) return accounts.identify(signature, protocol)
      if (UNSIGNED.has(action)) return accounts.anonymous(region)
      throw credentialsMissing(protocol)
    },
  })
  const admin = adminRoute({ journal, accounts, tokens: registry.tokens, alarms, scope: { account, region } })
  const server = new Server([admin, registry.route, github.route, datadog.route, frontDoor])
  closers.push(() => server.close())
  await server.listen(ADDRESS, options.port ?? 0)
  // The first registry is at the endpoint's own address, whichever account asks for its own first.
  await registry.hosts.of({ account, region })

  const url = `http://${ADDRESS}:${server.port}`
  const env = environmentOf({ url, account, region, datadog: datadog.keys })
  return { url, env, journal, accounts, github, datadog, alarms, close }
}
