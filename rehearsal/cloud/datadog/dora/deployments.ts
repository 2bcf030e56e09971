import type { Members, Request } from '../../kernel/call.ts'
import { DatadogError, json, type RecordedAnswer } from '../http/answers.ts'
import { attributesOf, dataOf, textOf } from '../http/attributes.ts'
import { readBody } from '../http/body.ts'
import { hexOf } from '../http/ids.ts'
import { type ChangeFailure, readChangeFailure } from './change-failure.ts'
import { type Times, timesOf } from './event.ts'

type Deployment = Members & Times & { readonly id: string } & Partial<ChangeFailure>

/** DORA metrics: deployments, and which of them were change failures. */
export class Deployments {
  readonly #deployments = new Map<string, Deployment>()

  /** `POST /api/v2/dora/deployment` */
  post(request: Request): RecordedAnswer {
    const attributes = attributesOf(readBody(request))
    const times = timesOf(attributes)
    const id = textOf(attributes, 'id') ?? hexOf(`deployment ${this.#deployments.size}`)
    const deployment = { ...attributes, ...times, id }
    // The id exists: the same deployment, sent again.
    if (!this.#deployments.has(id)) this.#deployments.set(id, deployment)
    return { answer: json(200, { data: { id, type: 'dora_deployment' } }), record: { deployment } }
  }

  /** `PATCH /api/v2/dora/deployments/{id}` */
  patch(request: Request, id: string): RecordedAnswer {
    const body = readBody(request)
    if (dataOf(body)['id'] !== id) throw new DatadogError(400, 'attribute "id" must be the id in the path')
    const failure = readChangeFailure(attributesOf(body))
    return this.#mark(this.#deployments.get(id), failure)
  }

  /** `PATCH /api/v2/dora/deployments`: the deployment of a version that finished last. */
  patchByVersion(request: Request): RecordedAnswer {
    const attributes = attributesOf(readBody(request))
    const failure = readChangeFailure(attributes)
    const [last] = [...this.#deployments.values()]
      .filter((one) => ['service', 'env', 'version'].every((name) => one[name] === attributes[name]))
      .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))
    return this.#mark(last, failure)
  }

  #mark(deployment: Deployment | undefined, failure: Partial<ChangeFailure>): RecordedAnswer {
    if (deployment === undefined) throw new DatadogError(404, 'Deployment not found')
    this.#deployments.set(deployment.id, { ...deployment, ...failure })
    return { answer: json(202, { data: null }), record: { failure: { id: deployment.id, ...failure } } }
  }

  all(): readonly Members[] {
    return [...this.#deployments.values()]
  }
}
