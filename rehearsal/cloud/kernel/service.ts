import type { Answer, Caller, Request } from './call.ts'
import type { AwsError } from './errors.ts'

/** The protocol of a service, which decides the format of its responses and errors. */
export type Protocol = 'json' | 'query' | 'ec2' | 'rest-xml' | 'rest-json'

/** An AWS service. */
export interface Service {
  readonly protocol: Protocol
  /** The operation that this request asks for, by the name the SDK gives it. */
  action(request: Request): string
  /** Throws AwsError to refuse. */
  answer(action: string, request: Request, caller: Caller): Answer | Promise<Answer>
  refuse(error: AwsError, request: Request): Answer
}

/** One call, before it is answered. */
export interface Call {
  readonly service: string
  readonly protocol: Protocol
  readonly action: string
  readonly caller: Caller
  readonly request: Request
}

/** A fault to inject into a call. */
export interface Fault {
  /** Delay before the call, in milliseconds of the cloud's time. */
  readonly delay?: number
  /** Waits for this before the call, after the delay. */
  readonly until?: Promise<void>
  /** Returns this error instead of the response. */
  readonly error?: AwsError
  /** Resets the connection before the call, or after it, when the call has taken effect. */
  readonly reset?: 'before' | 'after'
}

/** Decides the fault for a call; `undefined` for none. All injected faults and throttling work this way. */
export type Intercept = (call: Call) => Fault | undefined
