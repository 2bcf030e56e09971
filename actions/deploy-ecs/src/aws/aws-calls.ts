import { awsError } from '../../../../toolkit/aws/aws-error.ts'
import type { Clock } from '../../../../toolkit/clock.ts'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { retry } from '../../../../toolkit/retry.ts'
import type { Clients } from './clients.ts'
import { isRetryable } from './errors.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'

/**
 * The rates that AWS grants each account and region, halved: others deploy too. Calls of one line share one allowance.
 */
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

/** How calls are repeated that must not be made twice, with a look in between. */
export const PERSISTENT = { attempts: 100, delayMs: 1_000, maxDelayMs: 15_000 } as const
/** For so long. */
export const PATIENCE_MS = 5 * 60_000

/** The allowance that a call draws from. */
export type Bucket = keyof typeof RATES

type Send<T> = (options: { readonly abortSignal: AbortSignal }) => Promise<T>

interface CallOptions {
  /** Whose rate limits to share. */
  readonly sharing?: AwsCalls
  /** How often `call` tries. */
  readonly attempts?: number
}

/** Makes AWS calls: each within its rate, cancelled with the run, and with an error that says what was being done. */
export class AwsCalls {
  readonly clients: Clients
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Services whose service deployments AWS will not let us read; there is no use in asking, or telling, twice. */
  readonly unreadable: Set<string>
  readonly #paces: Map<Bucket, RateLimiter>
  readonly #attempts: number

  constructor(clients: Clients, clock: Clock, signal: AbortSignal, { sharing, attempts = 8 }: CallOptions = {}) {
    this.clients = clients
    this.clock = clock
    this.signal = signal
    this.unreadable = sharing?.unreadable ?? new Set()
    this.#paces = sharing === undefined ? new Map() : sharing.#paces
    this.#attempts = attempts
  }

  /** The same, for what is asked again and again anyway: one call that fails must not hold up all others. */
  brief(): AwsCalls {
    return new AwsCalls(this.clients, this.clock, this.signal, { sharing: this, attempts: 3 })
  }

  /** The same, for what has to be done after the run was cancelled. */
  within(signal: AbortSignal): AwsCalls {
    return new AwsCalls(this.clients, this.clock, signal, { sharing: this })
  }

  /** Makes a call, and repeats it when AWS throttles or has a bad moment. `doing` completes "Could not …". */
  call<T>(bucket: Bucket, doing: string, send: Send<T>): Promise<T> {
    return retry(() => this.callOnce(bucket, doing, send), {
      clock: this.clock,
      signal: this.signal,
      attempts: this.#attempts,
      delayMs: 500,
      maxDelayMs: 10_000,
      retryable: isRetryable,
    })
  }

  /** Makes a call that must not be made twice, whatever becomes of it. */
  async callOnce<T>(bucket: Bucket, doing: string, send: Send<T>): Promise<T> {
    await this.#pace(bucket).take(this.signal)
    try {
      return await send({ abortSignal: this.signal })
    } catch (error) {
      throwIfCancelled(this.signal)
      throw awsError(error, doing)
    }
  }

  #pace(bucket: Bucket): RateLimiter {
    const pace = this.#paces.get(bucket) ?? new RateLimiter(this.clock, RATES[bucket])
    this.#paces.set(bucket, pace)
    return pace
  }
}
