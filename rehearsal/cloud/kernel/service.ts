import type { Answer, Caller, Request } from './call.ts'
import type { AwsError } from './errors.ts'

/** How a service writes what it answers, and above all what it refuses. */
export type Protocol = 'json' | 'query' | 'ec2' | 'rest-xml' | 'rest-json'

/** An AWS service behind the front door. */
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

/** What goes wrong with a call, on purpose. */
export interface Fault {
  /** Milliseconds of the cloud's time to wait first. */
  readonly delay?: number
  /** Refuses the call with this. */
  readonly error?: AwsError
  /** Resets the connection, before the call is carried out or (the unkind way) after. */
  readonly reset?: 'before' | 'after'
}

/** Looks at every call first; `undefined` lets it pass. All faults and all throttling come in here. */
export type Intercept = (call: Call) => Fault | undefined
