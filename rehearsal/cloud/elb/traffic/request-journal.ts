import type { Journal } from '../../kernel/journal.ts'
import type { Listener, TargetGroup } from '../model.ts'

interface Counts {
  readonly account: string
  readonly region: string
  readonly loadBalancer: string
  readonly targetGroup: string | undefined
  requests: number
  /** The load balancer answered with an error, or the connection broke. */
  failed: number
  /** The client closed the connection before the answer. */
  abandoned: number
  readonly statuses: Record<string, number>
}

/** The recorded parts of a request. */
export interface Requested {
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** How one request ended. */
export type Ending =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly status: number | undefined; readonly cause: string; readonly target?: string }
  | { readonly kind: 'abandoned' }

/** Counts requests of load balancers, and writes each failed one to the journal. */
export class Tally {
  readonly #journal: Journal
  readonly #counts = new Map<string, Counts>()

  constructor(journal: Journal) {
    this.#journal = journal
  }

  count(listener: Listener, group: TargetGroup | undefined, request: Requested, ending: Ending): void {
    const counts = this.#of(listener, group)
    counts.requests += 1
    if (ending.kind === 'abandoned') counts.abandoned += 1
    if (ending.kind === 'failed') this.#fail(counts, listener, request, ending)
    const status = ending.kind === 'abandoned' ? undefined : ending.status
    if (status === undefined) return
    const family = `${Math.floor(status / 100)}xx`
    counts.statuses[family] = (counts.statuses[family] ?? 0) + 1
  }

  /** Writes one `traffic` entry for each target group (and load balancer) that had requests. */
  write(): void {
    for (const counts of this.#counts.values()) this.#journal.write({ type: 'traffic', ...counts })
    this.#counts.clear()
  }

  #fail(counts: Counts, listener: Listener, request: Requested, ending: Extract<Ending, { kind: 'failed' }>): void {
    counts.failed += 1
    const { account, region, loadBalancer, targetGroup } = counts
    this.#journal.write({
      type: 'request',
      outcome: 'failed',
      ...{ account, region, loadBalancer, targetGroup },
      port: listener.port,
      method: request.method,
      // Without the query, which may hold tokens.
      path: request.url?.split('?')[0],
      target: ending.target,
      status: ending.status,
      cause: ending.cause,
    })
  }

  #of(listener: Listener, group: TargetGroup | undefined): Counts {
    const { arn, scope } = listener.loadBalancer
    const key = `${arn} ${group?.arn}`
    let counts = this.#counts.get(key)
    if (counts === undefined) {
      counts = {
        ...{ account: scope.account, region: scope.region, loadBalancer: arn, targetGroup: group?.arn },
        ...{ requests: 0, failed: 0, abandoned: 0, statuses: {} },
      }
      this.#counts.set(key, counts)
    }
    return counts
  }
}
