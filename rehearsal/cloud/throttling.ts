import type { Clock } from './kernel/clock.ts'
import { AwsError } from './kernel/errors.ts'
import type { Intercept } from './kernel/service.ts'

/** Token bucket: its size, and its refill rate. */
interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Calls that share one bucket; each account and region has its own. */
interface Limit extends Rate {
  readonly service: string
  readonly actions: RegExp
}

/** AWS's documented rates (Amazon ECS API reference, "Request throttling"; Elastic Load Balancing likewise). */
const DOCUMENTED_LIMITS: readonly Limit[] = [
  limit('ecs', 20, 1, /^(Register|Deregister)TaskDefinition$/),
  limit('ecs', 50, 20, /^(DescribeTaskDefinition|ListTaskDefinitions|ListTaskDefinitionFamilies)$/),
  limit('ecs', 50, 5, /^(Create|Update|Delete)Service$/),
  limit('ecs', 100, 20, /^(DescribeServices|ListServices)$/),
  limit('ecs', 50, 20, /^(List|Describe)ServiceDeployments$/),
  limit('ecs', 50, 20, /^DescribeServiceRevisions$/),
  limit('ecs', 100, 20, /^(List|Describe)Tasks$/),
  limit('ecs', 100, 40, /^(Run|Stop)Task$/),
  limit('elasticloadbalancing', 40, 10, /^Describe/),
]

function limit(service: string, burst: number, perSecond: number, actions: RegExp): Limit {
  return { service, burst, perSecond, actions }
}

/** Refuses calls that come faster than `limits` allow, by token buckets, as AWS does. */
export function throttling(clock: Clock, limits: readonly Limit[] = DOCUMENTED_LIMITS): Intercept {
  const buckets = new Map<string, Bucket>()
  return ({ service, action, caller }) => {
    const at = limits.findIndex((limit) => limit.service === service && limit.actions.test(action))
    const rate = limits[at]
    if (rate === undefined) return undefined
    const key = `${at}/${caller.account}/${caller.region}`
    const bucket = buckets.get(key) ?? new Bucket(rate, clock.now())
    buckets.set(key, bucket)
    return bucket.take(clock.now()) ? undefined : { error: rateExceeded(service) }
  }
}

/** Holds up to `burst` tokens, and gains `perSecond` of them each second. */
class Bucket {
  readonly #rate: Rate
  #tokens: number
  #filledAt: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#filledAt = now
  }

  take(now: number): boolean {
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

/** Throttling errors have a different code in each service. */
export function rateExceeded(service: string): AwsError {
  switch (service) {
    case 's3':
      return new AwsError('SlowDown', 'Please reduce your request rate.', 503)
    case 'ec2':
      return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503)
    case 'sts':
    case 'iam':
    case 'elasticloadbalancing':
      return new AwsError('Throttling', 'Rate exceeded', 400)
    default:
      return new AwsError('ThrottlingException', 'Rate exceeded', 400)
  }
}
