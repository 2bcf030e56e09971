import type { IncomingHttpHeaders } from 'node:http'

/** An account and a region. Every resource belongs to one of each. */
export interface Scope {
  readonly account: string
  readonly region: string
}

/** The caller. `arn` is that of GetCallerIdentity; `role` is the name of the assumed role, if any. */
export interface Caller extends Scope {
  readonly accessKeyId: string
  readonly arn: string
  readonly userId: string
  readonly role: string | undefined
}

/** The head of an HTTP request, before its body is read. */
export interface RequestHead {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** One HTTP request with its body. */
export interface Request extends RequestHead {
  readonly body: Buffer
  /** When its head arrived (`performance.now()`), for conditions that depend on the order of requests. */
  readonly arrived: number
}

/** One HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Members of a request or response, as in JSON. */
export type Members = Readonly<Record<string, unknown>>

/** One operation of an AWS service. Throws AwsError. A `Date` in the response is written in the protocol's format. */
export type Operation = (input: Members, caller: Caller) => Members | Promise<Members>

/** The operations of an AWS service, by the name the SDK gives them. */
export type Operations = Readonly<Record<string, Operation>>

/** One value for each account and region, created on first use. */
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
