import type { Answer, Caller, Request, RequestHead } from './call.ts'
import type { Clock } from './clock.ts'
import { AwsError } from './errors.ts'
import type { Journal } from './journal.ts'
import { errorCodeOf } from './protocol/error-code.ts'
import { type Exchange, type Route, readRequest, send } from './server.ts'
import type { Call, Fault, Intercept, Service } from './service.ts'
import { readSignature, type Signature } from './signature.ts'
import { subjectOf } from './subject.ts'

export interface FrontDoorDeps {
  readonly clock: Clock
  readonly journal: Journal
  /** The service of this name in the credential scope: simulated here, or one that forwards to moto. */
  service(name: string, head: RequestHead): Service
  /** The caller, from the signature. Throws AwsError for bad credentials and for a missing signature. */
  identify(signature: Signature | undefined, service: Service, action: string): Caller
  readonly intercept: Intercept
}

/** Outcome of one call. */
interface Outcome {
  readonly answer: Answer | 'reset'
  /** `ok`, an error code, or `reset-before` and `reset-after`. */
  readonly code: string
  readonly action: string
  readonly caller?: Caller | undefined
  readonly fault?: Fault | undefined
}

/** Entry point of all AWS API calls: identifies the caller, injects faults, calls the service, and records the call. */
export class FrontDoor implements Route {
  readonly #deps: FrontDoorDeps

  constructor(deps: FrontDoorDeps) {
    this.#deps = deps
  }

  /** Claims all requests that no other route claims. */
  claims(): boolean {
    return true
  }

  async serve(exchange: Exchange): Promise<void> {
    const signature = readSignature(exchange.head)
    const request = await readRequest(exchange)
    const name = signature?.service ?? unsignedService(request)
    const service = this.#deps.service(name, request)
    const outcome = await this.#settle(name, service, request, signature)
    this.#record(name, request, signature, outcome)
    if (outcome.answer === 'reset') exchange.request.socket.resetAndDestroy()
    else send(exchange, outcome.answer)
  }

  /** Never rejects: an error is an outcome, too. */
  async #settle(name: string, service: Service, request: Request, signature?: Signature): Promise<Outcome> {
    const action = service.action(request)
    let caller: Caller | undefined
    let fault: Fault | undefined
    try {
      caller = this.#deps.identify(signature, service, action)
      const call: Call = { service: name, protocol: service.protocol, action, caller, request }
      fault = this.#deps.intercept(call)
      await this.#beforehand(fault)
      if (fault?.reset === 'before') return { answer: 'reset', code: 'reset-before', action, caller, fault }
      const answer = await service.answer(action, request, caller)
      if (fault?.reset === 'after') return { answer: 'reset', code: 'reset-after', action, caller, fault }
      return { answer, code: answer.status < 400 ? 'ok' : errorCodeOf(answer), action, caller, fault }
    } catch (error) {
      const refusal = error instanceof AwsError ? error : internalFailure(name, action, error)
      return { answer: service.refuse(refusal, request), code: refusal.code, action, caller, fault }
    }
  }

  async #beforehand({ delay, until, error }: Fault = {}): Promise<void> {
    if (delay !== undefined) await new Promise<void>((resolve) => this.#deps.clock.after(delay, resolve))
    await until
    if (error !== undefined) throw error
  }

  /** Written before the response is sent, so that a client that has the response finds its entry. */
  #record(service: string, request: Request, signature: Signature | undefined, outcome: Outcome): void {
    const { answer, code, action, caller, fault } = outcome
    this.#deps.journal.write({
      type: 'api',
      service,
      action,
      account: caller?.account,
      region: caller?.region ?? signature?.region,
      role: caller?.role,
      principal: caller?.arn,
      outcome: code,
      status: answer === 'reset' ? undefined : answer.status,
      ms: Math.round((performance.now() - request.arrived) * 1000) / 1000,
      request: subjectOf(service, request),
      fault: fault === undefined ? undefined : true,
    })
  }
}

/** An unsigned form is for STS, the only service with unsigned operations. Other unsigned requests are for S3. */
const unsignedService = ({ headers, url }: RequestHead) =>
  /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '') || url.searchParams.has('Action')
    ? 'sts'
    : 's3'

/** An exception in the cloud itself: a 500 with its message. */
function internalFailure(service: string, action: string, error: unknown): AwsError {
  console.error(`The rehearsal cloud failed in ${service} ${action}:`, error)
  return new AwsError('InternalFailure', `The rehearsal cloud failed in ${service} ${action}: ${error}`, 500)
}
