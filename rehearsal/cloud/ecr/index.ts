import type { PullAccess } from '../interfaces.ts'
import { formatGlobalArn } from '../kernel/arn.ts'
import type { Operations } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { ecrScopeOf, parseImage } from '../kernel/image-reference.ts'
import type { Journal } from '../kernel/journal.ts'
import type { Route } from '../kernel/server.ts'
import { accessOperations } from './api/access.ts'
import { imageOperations } from './api/images.ts'
import { policyOperations } from './api/policies.ts'
import { repositoryOperations } from './api/repositories.ts'
import { scanOperations } from './api/scans.ts'
import { AuthTokens } from './auth-tokens.ts'
import { Distribution } from './distribution.ts'
import { createStore } from './layer-store.ts'
import { findImage } from './model.ts'
import { RegistryHosts } from './registry-hosts.ts'
import { Repositories } from './repositories.ts'
import { Scanning } from './scanning.ts'

export interface RegistryDeps {
  readonly clock: Clock
  readonly journal: Journal
  /** Opens another address of the endpoint. Resolves with the port. */
  listen(address: string): Promise<number>
  /** Path of the registry program. Default: `docker-registry` on PATH. */
  readonly program?: string | undefined
}

/** Simulated ECR: its API, and the registries that Docker uses. */
export interface Registry {
  readonly operations: Operations
  readonly route: Route
  readonly pullAccess: PullAccess
  readonly hosts: RegistryHosts
  readonly tokens: AuthTokens
  /** Digest of an image by its tag; `undefined` if no registry of this cloud has it. */
  digestOf(image: string): string | undefined
  /** Starts the store now instead of on first use. */
  start(): Promise<void>
  close(): Promise<void>
}

export function createRegistry({ clock, journal, listen, program }: RegistryDeps): Registry {
  const hosts = new RegistryHosts(listen)
  const tokens = new AuthTokens(clock)
  const store = createStore(program)
  const scanning = new Scanning(clock, store)
  const repositories = new Repositories(clock, hosts, store, scanning)
  const now = () => clock.now()
  return {
    operations: {
      ...repositoryOperations(repositories),
      ...imageOperations(repositories, now),
      ...policyOperations(repositories, clock),
      ...scanOperations(repositories, scanning, now),
      ...accessOperations(repositories, hosts, tokens, store),
    },
    route: new Distribution({ journal, hosts, tokens, repositories, store }),
    pullAccess: {
      login({ account, region }, image) {
        const { host } = parseImage(image)
        if (hosts.scopeAt(host) === undefined) return undefined
        const role = 'ecsTaskExecutionRole'
        const arn = formatGlobalArn('sts', account, `assumed-role/${role}/ecs`)
        return { username: 'AWS', password: tokens.issue({ account, region, role, arn }).password, serveraddress: host }
      },
    },
    hosts,
    tokens,
    digestOf(image) {
      const { host, repository, tag = 'latest' } = parseImage(image)
      const scope = hosts.scopeAt(host) ?? ecrScopeOf(host)
      const found = scope && repositories.find(scope, repository.slice(host.length + 1))
      return found && findImage(found, { imageTag: tag })?.digest
    },
    start: store.start,
    close: store.close,
  }
}
