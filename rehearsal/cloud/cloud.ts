import { Accounts } from './accounts/accounts.ts'
import { credentialsMissing } from './accounts/refusals.ts'
import { stsOperations, UNSIGNED } from './accounts/sts.ts'
import { adminRoute } from './admin.ts'
import { createDatadog } from './datadog/index.ts'
import { createElb, probeOverHttp, vpcsOf } from './elb/index.ts'
import { environmentOf } from './environment.ts'
import { createGitHub, type GitHub } from './github/index.ts'
import { type Clock, RealClock } from './kernel/clock.ts'
import { FrontDoor } from './kernel/front-door.ts'
import { Journal } from './kernel/journal.ts'
import { jsonService } from './kernel/json-protocol.ts'
import { queryService } from './kernel/query-protocol.ts'
import { Server } from './kernel/server.ts'
import type { Intercept, Service } from './kernel/service.ts'
import { createMoto } from './moto/moto.ts'
import { motoService } from './moto/service.ts'
import { createRegistry } from './registry/index.ts'
import { createS3 } from './s3/service.ts'

export interface CloudOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number
  /** The account of every access key that is not itself an account's number. */
  readonly account?: string
  readonly region?: string
  /** Where to write the journal as JSON lines; it is kept in memory in any case. */
  readonly journal?: string
  readonly clock?: Clock
  /** How many times faster than the machine's the cloud's clock runs. */
  readonly speed?: number
  readonly intercept?: Intercept
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
  close(): Promise<void>
}

const ADDRESS = '127.0.0.1'

/** Starts a cloud, and resolves once it answers. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { account = '123456789012', region = 'us-east-1', intercept = () => undefined } = options
  const clock = options.clock ?? new RealClock(options.speed)
  const journal = new Journal(clock, options.journal)
  const accounts = new Accounts(clock, account)
  const moto = createMoto(options.programs?.moto)
  const datadog = createDatadog({ clock, journal })
  const github = createGitHub({ clock, journal })
  const elb = createElb({
    clock,
    journal,
    prober: { probe: probeOverHttp },
    network: { carriesTraffic: true },
    vpcs: vpcsOf(moto.askEc2),
  })
  const registry = createRegistry({
    clock,
    journal,
    listen: (address) => server.open(address),
    program: options.programs?.registry,
  })

  // The services of AWS, by their names in a credential scope. Each room is plugged in here and nowhere else.
  const services: Readonly<Record<string, Service>> = {
    s3: createS3(clock),
    elasticloadbalancing: queryService('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/', elb.operations),
    ecr: jsonService(registry.operations),
    sts: queryService('https://sts.amazonaws.com/doc/2011-06-15/', stsOperations(accounts, clock)),
  }

  const frontDoor = new FrontDoor({
    clock,
    journal,
    intercept,
    service: (name, head) => services[name] ?? motoService(moto, name, head),
    identify: (signature, { protocol }, action) => {
      if (signature !== undefined) return accounts.identify(signature, protocol)
      if (UNSIGNED.has(action)) return accounts.anonymous(region)
      throw credentialsMissing(protocol)
    },
  })
  const server = new Server([adminRoute(journal, accounts), registry.route, datadog.route, github.route, frontDoor])
  await server.listen(ADDRESS, options.port ?? 0)
  // The first registry is at the endpoint's own address, whichever account asks for its own first.
  await registry.hosts.of({ account, region })

  const url = `http://${ADDRESS}:${server.port}`
  return {
    url,
    env: environmentOf({ url, account, region, datadog: datadog.keys }),
    journal,
    accounts,
    github,
    close: async () => {
      await server.close()
      await elb.close()
      await Promise.all([moto.close(), registry.close()])
    },
  }
}
