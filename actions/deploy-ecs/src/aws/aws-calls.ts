import { awsError } from '../../../../toolkit/aws/aws-error.ts'
import type { Clock } from '../../../../toolkit/clock.ts'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { Clients } from './clients.ts'
import { isRetryable } from './errors.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'

/** Half of the rates that AWS grants to an account in a region: other deploys need the rest. Calls of one limit share its rate. */
const RATES = {
  register: { burst: 10, perSecond: 0.5 },
  taskDefinitions: { burst: 25, perSecond: 10 },
  updateService: { burst: 25, perSecond: 2.5 },
  describeServices: { burst: 50, perSecond: 10 },
  serviceDeployments: { burst: 25, perSecond: 10 },
  serviceRevisions: { burst: 25, perSecond: 10 },
  tasks: { burst: 50, perSecond: 10 },
  runTask: { burst: 50, perSecond: 20 },
  targetHealth: { burst: 20, perSecond: 5 },
  other: { burst: 20, perSecond: 5 },
} as const satisfies Readonly<Record<string, RateLimit>>

/** Retries of a call that must not succeed twice. The caller checks between attempts whether one has succeeded. */
export const CHECKED_RETRIES = { attempts: 100, delayMs: 1_000, maxDelayMs: 15_000 } as const
/** The time limit of such retries. */
export const CHECKED_RETRIES_MS = 5 * 60_000

/** The rate limit that a call counts towards. */
export type RateLimitName = keyof typeof RATES

type Send<T> = (options: { readonly abortSignal: AbortSignal }) => Promise<T>

interface CallOptions {
  /** Whose rate limits to share. */
  readonly sharing?: AwsCalls
  /** How often `call` tries. */
  readonly attempts?: number
}

/** Makes AWS calls: within their rates, cancelled with the run, with errors that say what failed. */
export class AwsCalls {
  readonly clients: Clients
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Services (`cluster/service`) whose service deployments the role may not read: not asked for and not reported again. */
  readonly unreadableServiceDeployments: Set<string>
  readonly #limiters: Map<RateLimitName, RateLimiter>
  readonly #attempts: number

  constructor(clients: Clients, clock: Clock, signal: AbortSignal, { sharing, attempts = 8 }: CallOptions = {}) {
    this.clients = clients
    this.clock = clock
    this.signal = signal
    this.unreadableServiceDeployments = sharing?.unreadableServiceDeployments ?? new Set()
    this.#limiters = sharing === undefined ? new Map() : sharing.#limiters
    this.#attempts = attempts
  }

  /** The same with three attempts, for calls that are repeated anyway: one that keeps failing must not delay the others. */
  brief(): AwsCalls {
    return new AwsCalls(this.clients, this.clock, this.signal, { sharing: this, attempts: 3 })
  }

  /** The same with another signal, for calls after the run was cancelled. */
  within(signal: AbortSignal): AwsCalls {
    return new AwsCalls(this.clients, this.clock, signal, { sharing: this })
  }

  /** Makes a call. Retries throttling, server errors and connection errors. `doing` completes "Could not …". */
  call<T>(limit: RateLimitName, doing: string, send: Send<T>): Promise<T> {
    return retry(() => this.callOnce(limit, doing, send), {
      clock: this.clock,
      signal: this.signal,
      attempts: this.#attempts,
      delayMs: 500,
      maxDelayMs: 10_000,
      retryable: isRetryable,
    })
  }

  /** Makes a call with one attempt, as it must not succeed twice. */
  async callOnce<T>(limit: RateLimitName, doing: string, send: Send<T>): Promise<T> {
    await this.#limiter(limit).take(this.signal)
    try {
      return await send({ abortSignal: this.signal })
    } catch (error) {
      throwIfCancelled(this.signal)
      throw awsError(error, doing)
    }
  }

  #limiter(limit: RateLimitName): RateLimiter {
    const limiter = this.#limiters.get(limit) ?? new RateLimiter(this.clock, RATES[limit])
    this.#limiters.set(limit, limiter)
    return limiter
  }
}
