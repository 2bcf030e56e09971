import type { IncomingHttpHeaders } from 'node:http'

/** Whose resources, and where: everything in the cloud lives in one account and one region. */
export interface Scope {
  readonly account: string
  readonly region: string
}

/** Who calls. `arn` is what GetCallerIdentity answers; `role` is the name of the assumed role, if any. */
export interface Caller extends Scope {
  readonly accessKeyId: string
  readonly arn: string
  readonly userId: string
  readonly role: string | undefined
}

/** The head of an HTTP request: all that is known before its body is read. */
export interface RequestHead {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** One HTTP request, body read. */
export interface Request extends RequestHead {
  readonly body: Buffer
  /** When its head arrived, as `performance.now()` has it: what came first, where that decides. */
  readonly arrived: number
}

/** One HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A member's worth of request or answer, as JSON or the query protocol carries it. */
export type Members = Readonly<Record<string, unknown>>

/** One operation of one AWS service. Throws AwsError to refuse. A `Date` in the answer is written as the protocol has it. */
export type Operation = (input: Members, caller: Caller) => Members | Promise<Members>

/** The operations of an AWS service, by the name the SDK gives them. */
export type Operations = Readonly<Record<string, Operation>>

/** Keeps one value for each account and region, made when first asked for. */
export class PerScope<T> {
  readonly #values = new Map<string, T>()
  readonly #make: (scope: Scope) => T

  constructor(make: (scope: Scope) => T) {
    this.#make = make
  }

  get(scope: Scope): T {
    const key = `${scope.account}/${scope.region}`
    let value = this.#values.get(key)
    if (value === undefined) {
      value = this.#make({ account: scope.account, region: scope.region })
      this.#values.set(key, value)
    }
    return value
  }

  values(): Iterable<T> {
    return this.#values.values()
  }
}
