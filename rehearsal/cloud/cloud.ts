import { Accounts } from './accounts/accounts.ts'
import { credentialsMissing } from './accounts/errors.ts'
import { stsOperations, UNSIGNED } from './accounts/sts.ts'
import { adminRoute } from './admin-api.ts'
import { createAutoscaling } from './autoscaling/index.ts'
import { chooseRuntime, type RuntimeChoice, refuseMismatch } from './choose-runtime.ts'
import { createDatadog, type Datadog } from './datadog/index.ts'
import type { Scenario as DatadogScenario } from './datadog/scenario.ts'
import { createRegistry } from './ecr/index.ts'
import { ManualAlarms } from './ecs/alarms.ts'
import { createEcs } from './ecs/index.ts'
import { createElb, simulatedVpcs, vpcsOf } from './elb/index.ts'
import { environmentOf } from './environment.ts'
import { type FaultRule, faults, firstOf } from './faults.ts'
import { createGitHub, type GitHub } from './github/index.ts'
import { type Clock, RealClock } from './kernel/clock.ts'
import { closeAll, type Part, withLimit } from './kernel/closing.ts'
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
  /** 0, the default: a free port. */
  readonly port?: number
  /** The account of access keys that are not an account's number. */
  readonly account?: string
  readonly region?: string
  /** What runs ECS tasks. Default: nothing, so that no task starts. */
  readonly runtime?: RuntimeChoice
  /** What happens to tasks and alarms (simulated runtime only), API calls and Datadog monitors. */
  readonly scenario?: Scenario
  /** In the label of every container, network and image that the cloud creates. */
  readonly runId?: string
  /** File for the journal as JSON lines. It is kept in memory, too. */
  readonly journal?: string
  readonly clock?: Clock
  /** How many times faster than the machine's the cloud's clock runs. */
  readonly speed?: number
  /** Seed for all random decisions. */
  readonly seed?: number
  /** Throttles calls above AWS's documented rates. */
  readonly throttle?: boolean
  /** Faults to inject, drawn with `seed`. */
  readonly faults?: readonly FaultRule[]
  /** Decides faults before all other rules, for tests. */
  readonly intercept?: Intercept
  /** Changes of Datadog monitors: the `datadog:` section of a scenario. */
  readonly datadog?: DatadogScenario
  /** Whether containers may use this machine itself: its paths, network, processes and devices. Default: no. */
  readonly allowHostAccess?: boolean
  /** Names under which clients reach the cloud, besides those of the loopback addresses. */
  readonly hostnames?: readonly string[]
  /** Paths of programs that the cloud runs, if they are not on PATH. */
  readonly programs?: { readonly registry?: string; readonly moto?: string }
}

/** A running cloud. */
export interface Cloud {
  readonly url: string
  /** Environment variables that point tools at this cloud only. */
  readonly env: Readonly<Record<string, string>>
  readonly journal: Journal
  readonly accounts: Accounts
  readonly github: GitHub
  readonly datadog: Datadog
  /** Simulated CloudWatch alarms, set by tests or by the scenario. */
  readonly alarms: ManualAlarms
  /**
   * Closes all parts of the cloud, for at most half a minute, or until `hurry` is aborted. Rejects, after all of them have been
   * closed, with the names of those that failed and of what they leave on this machine.
   */
  close(hurry?: AbortSignal): Promise<void>
}

/** Time for the cloud to close, in milliseconds. Its containers get no time of their own to stop. */
export const CLOSE_MS = 30_000

const none: Intercept = () => undefined

const ADDRESS = '127.0.0.1'

/** Starts a cloud, and resolves once it answers. Rejects, after cleaning up, when something it needs is missing. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const parts: Part[] = []
  let closing: Promise<void> | undefined
  const close = (given?: AbortSignal) => {
    closing ??= withLimit(given, CLOSE_MS, (hurry) => closeAll(parts, hurry))
    return closing
  }
  try {
    return await compose(options, parts, close)
  } catch (error) {
    // Why the cloud did not start matters more than what it could not close.
    await close().catch((problem: unknown) => console.error(problem instanceof Error ? problem.message : problem))
    throw error
  }
}

/** Creates all services. Closes them in reverse order, so that none calls one that is closed. */
async function compose(options: CloudOptions, parts: Part[], close: Cloud['close']): Promise<Cloud> {
  const { account = '123456789012', region = 'us-east-1', scenario, allowHostAccess = false } = options
  refuseMismatch(options.runtime, scenario)
  const clock = options.clock ?? new RealClock(options.speed)
  // A separate random stream for each use, so that one does not change the numbers of another.
  const chance = (stream: number) => (options.seed === undefined ? Math.random : seededRandom(options.seed + stream))
  const journal = new Journal(clock, options.journal)
  parts.push({ name: 'journal', close: async () => journal.close() })
  const accounts = new Accounts(clock, account)
  const datadog = createDatadog({ clock, journal })
  const monitors = options.datadog ?? scenario?.datadog
  if (monitors !== undefined) datadog.play(monitors)
  const github = createGitHub({ clock, journal })

  const moto = createMoto(options.programs?.moto, allowHostAccess)
  parts.push({ name: "moto's server", close: moto.close })
  const registry = createRegistry({
    clock,
    journal,
    listen: (address) => server.open(address),
    program: options.programs?.registry,
  })
  parts.push({ name: 'registry', close: registry.close })

  const alarms = new ManualAlarms()
  const runtime = await chooseRuntime(options.runtime, {
    clock,
    random: chance(0),
    speed: options.speed ?? 1,
    runId: options.runId,
    allowHostAccess,
    scenario,
    moto,
    registry,
    setAlarm: (scope, name, inAlarm) => alarms.set(scope, name, inAlarm),
  })
  parts.push({ name: 'tasks', close: (hurry) => runtime.close(hurry) })
  const elb = createElb({
    clock,
    journal,
    prober: runtime,
    network: runtime,
    vpcs: runtime.carriesTraffic ? vpcsOf((scope, parameters) => askEc2(moto, scope, parameters)) : simulatedVpcs,
  })
  parts.push({ name: 'load balancers', close: elb.close })
  const ecs = createEcs({
    clock,
    journal,
    runtime,
    targetGroups: elb.targetGroups,
    random: chance(1),
    alarms,
    staleness: scenario === undefined ? FRESH : stalenessOf(scenario),
  })
  parts.push({ name: 'ECS', close: ecs.close })

  // The simulated AWS services, by their names in a credential scope.
  const services: Readonly<Record<string, Service>> = {
    s3: createS3(clock),
    sts: queryService('https://sts.amazonaws.com/doc/2011-06-15/', stsOperations(accounts, clock)),
    ecr: jsonService(registry.operations),
    ecs: jsonService(ecs.operations),
    'application-autoscaling': createAutoscaling({ clock, hasService: ecs.hasService }, (_, request, caller) =>
      moto.forward(request, caller),
    ),
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
  const server = new Server([admin, registry.route, github.route, datadog.route, frontDoor], options.hostnames)
  parts.push({ name: 'endpoint', close: () => server.close() })
  await server.listen(ADDRESS, options.port ?? 0)
  // Gives the default account's registry the endpoint's own address.
  await registry.hosts.of({ account, region })

  const url = `http://${ADDRESS}:${server.port}`
  const env = environmentOf({ url, account, region, datadog: datadog.keys })
  return { url, env, journal, accounts, github, datadog, alarms, close }
}
