import type { Members, Request } from '../kernel/call.ts'
import { DatadogError, json, type RecordedAnswer } from './http/answers.ts'
import { objectAt, oneOf, readBody, tagsOf, textOf } from './http/body.ts'

/** DORA metrics: deployments, and which of them were change failures. */
export class Deployments {
  readonly #deployments = new Map<string, Members>()

  post(request: Request): RecordedAnswer {
    const deployment = objectAt(readBody(request), 'data.attributes')
    textOf(deployment, 'service', 200, true)
    for (const name of ['env', 'version', 'team']) textOf(deployment, name, 200)
    tagsOf(deployment, 'custom_tags', 100)
    checkTimes(deployment)
    if (deployment['git'] !== undefined) {
      const git = objectAt(deployment, 'git')
      textOf(git, 'repository_url', 1000, true)
      if (!/^[0-9a-f]{40}$/.test(textOf(git, 'commit_sha', 40, true) ?? '')) {
        throw new DatadogError(400, "'commit_sha' must be a full SHA")
      }
    }
    const id = textOf(deployment, 'id', 128) ?? `dora-${String(this.#deployments.size + 1).padStart(12, '0')}`
    if (!/^[A-Za-z0-9._:-]{16,128}$/.test(id)) {
      throw new DatadogError(400, "'id' must be 16 to 128 characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'")
    }
    // The id exists: the same deployment, sent again.
    if (!this.#deployments.has(id)) this.#deployments.set(id, { ...deployment, id })
    return {
      answer: json(200, { data: { id, type: 'dora_deployment' } }),
      record: { deployment: { ...deployment, id } },
    }
  }

  patch(request: Request, id: string): RecordedAnswer {
    const data = objectAt(readBody(request), 'data')
    oneOf(data, 'type', ['dora_deployment_patch_request'], true)
    if (data['id'] !== id) throw new DatadogError(400, "'id' differs from the one in the path")
    const failure = objectAt(data, 'attributes')
    if (failure['remediation'] !== undefined) {
      const remediation = objectAt(failure, 'remediation')
      textOf(remediation, 'id', 128, true)
      oneOf(remediation, 'type', ['rollback', 'rollforward'], true)
    }
    const deployment = this.#deployments.get(id)
    if (deployment === undefined) throw new DatadogError(404, 'Deployment not found')
    this.#deployments.set(id, { ...deployment, ...failure })
    return { answer: { status: 202 }, record: { failure: { id, ...failure } } }
  }

  all(): readonly Members[] {
    return [...this.#deployments.values()]
  }
}

function checkTimes(deployment: Members): void {
  const [started, finished] = ['started_at', 'finished_at'].map((name) => {
    const time = deployment[name]
    // Seconds or milliseconds by mistake would be in the year 1970.
    if (typeof time !== 'number' || time < 1e18)
      throw new DatadogError(400, `'${name}' must be Unix time in nanoseconds`)
    return time
  })
  if ((finished ?? 0) < (started ?? 0)) throw new DatadogError(400, "'finished_at' must not be before 'started_at'")
}
