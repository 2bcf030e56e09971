import type { Answer, Caller, Request, RequestHead } from './call.ts'
import type { Clock } from './clock.ts'
import { errorCodeOf } from './error-code.ts'
import { AwsError } from './errors.ts'
import type { Journal } from './journal.ts'
import { type Exchange, type Route, readRequest, send } from './server.ts'
import type { Call, Fault, Intercept, Service } from './service.ts'
import { readSignature, type Signature } from './signature.ts'

export interface FrontDoorDeps {
  readonly clock: Clock
  readonly journal: Journal
  /** The service of this name in the credential scope: our own, or one that speaks for the rest of AWS. */
  service(name: string, request: RequestHead): Service
  /** Who signed. Throws AwsError, in the words of the service asked, when the credentials are not good. */
  identify(signature: Signature, service: Service): Caller
  /** Who calls without a signature; a few operations of STS allow that. Throws AwsError for all others. */
  anonymous(request: Request, service: Service, action: string): Caller
  readonly intercept: Intercept
}

/** Where every call of an AWS API comes in: who calls, what for, what goes wrong on purpose, the answer, the record of it. */
export class FrontDoor implements Route {
  readonly #deps: FrontDoorDeps

  constructor(deps: FrontDoorDeps) {
    this.#deps = deps
  }

  /** All that no other route claims. */
  claims(): boolean {
    return true
  }

  async serve(exchange: Exchange): Promise<void> {
    const started = performance.now()
    const signature = readSignature(exchange.head)
    const request = await readRequest(exchange)
    // Unsigned requests to an AWS endpoint of its own are STS's or S3's; a form is for STS.
    const name = signature?.service ?? (isForm(request) ? 'sts' : 's3')
    const service = this.#deps.service(name, request)
    const record: { -readonly [K in keyof Outcome]: Outcome[K] } = { outcome: 'ok', status: 200 }
    let action = 'Unknown'
    let caller: Caller | undefined
    let fault: Fault | undefined
    let answer: Answer
    try {
      action = service.action(request)
      caller = signature ? this.#deps.identify(signature, service) : this.#deps.anonymous(request, service, action)
      fault = this.#deps.intercept({ service: name, action, caller, request })
      answer = await this.#answer(service, { service: name, action, caller, request }, fault)
      record.status = answer.status
      if (answer.status >= 400) record.outcome = errorCodeOf(answer)
    } catch (error) {
      const refusal = error instanceof AwsError ? error : internalError(name, action, error)
      answer = service.refuse(refusal, request)
      record.status = answer.status
      record.outcome = refusal.code
    }
    const reset = fault?.reset !== undefined
    this.#deps.journal.write({
      type: 'api',
      service: name,
      action,
      ...callerFacts(caller, signature),
      outcome: reset ? `reset-${fault?.reset}` : record.outcome,
      ...(reset ? {} : { status: record.status }),
      ms: Math.round((performance.now() - started) * 1000) / 1000,
      ...(fault === undefined ? {} : { fault: true }),
    })
    if (reset) exchange.request.socket.resetAndDestroy()
    else send(exchange, answer)
  }

  async #answer(service: Service, call: Call, fault: Fault | undefined): Promise<Answer> {
    const { delay, error, reset } = fault ?? {}
    if (delay !== undefined) await new Promise<void>((resolve) => this.#deps.clock.after(delay, resolve))
    if (error !== undefined) throw error
    if (reset === 'before') return { status: 0 }
    return service.answer(call.action, call.request, call.caller)
  }
}

interface Outcome {
  readonly outcome: string
  readonly status: number
}

const isForm = ({ headers, url }: RequestHead) =>
  /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '') || url.searchParams.has('Action')

function callerFacts(caller: Caller | undefined, signature: Signature | undefined) {
  return {
    account: caller?.account,
    region: caller?.region ?? signature?.region,
    role: caller?.role,
    principal: caller?.arn,
  }
}

/** A defect of the cloud itself: AWS has a 500 for that too, and ours names what broke. */
function internalError(service: string, action: string, error: unknown): AwsError {
  console.error(`The rehearsal cloud failed in ${service} ${action}:`, error)
  return new AwsError('InternalFailure', `The rehearsal cloud failed in ${service} ${action}: ${error}`, 500)
}
