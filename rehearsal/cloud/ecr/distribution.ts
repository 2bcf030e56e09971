import { pipeline } from 'node:stream/promises'
import type { RequestHead, Scope } from '../kernel/call.ts'
import { AwsError } from '../kernel/errors.ts'
import type { Journal } from '../kernel/journal.ts'
import { type Exchange, type Route, readRequest, send } from '../kernel/server.ts'
import type { AuthTokens, Holder } from './auth-tokens.ts'
import { challenge, credentialsOf, writeRefusal } from './distribution-answers.ts'
import { type Path, readPath } from './distribution-path.ts'
import type { Store } from './layer-store.ts'
import { digestOf } from './manifest.ts'
import type { Repository } from './model.ts'
import type { RegistryHosts } from './registry-hosts.ts'
import type { Repositories } from './repositories.ts'

export interface DistributionDeps {
  readonly journal: Journal
  readonly hosts: RegistryHosts
  readonly tokens: AuthTokens
  readonly repositories: Repositories
  readonly store: Store
}

/** Simulated ECR registry, `/v2/`. Layers are streamed to and from the store; manifests and tags are kept here. */
export class Distribution implements Route {
  readonly #deps: DistributionDeps

  constructor(deps: DistributionDeps) {
    this.#deps = deps
  }

  claims({ url }: RequestHead): boolean {
    return url.pathname === '/v2' || url.pathname.startsWith('/v2/')
  }

  async serve(exchange: Exchange): Promise<void> {
    const { head, response } = exchange
    const started = performance.now()
    const path = readPath(head.url.pathname)
    let holder: Holder | undefined
    let outcome = 'ok'
    try {
      const credentials = credentialsOf(head)
      if (credentials === undefined) return send(exchange, challenge(head))
      holder = this.#holder(credentials)
      await this.#answer(exchange, path, holder)
    } catch (error) {
      if (!(error instanceof AwsError) || response.headersSent) throw error
      outcome = error.code
      send(exchange, writeRefusal(error))
    } finally {
      if (holder !== undefined || outcome !== 'ok') {
        this.#deps.journal.write({
          type: 'registry',
          method: head.method,
          what: path?.kind ?? 'unknown',
          repository: path?.name,
          reference: path?.reference,
          registry: this.#deps.hosts.scopeAt(head.url.host)?.account,
          account: holder?.account,
          role: holder?.role,
          outcome: outcome === 'ok' && response.statusCode >= 400 ? String(response.statusCode) : outcome,
          status: response.statusCode,
          ms: Math.round((performance.now() - started) * 1000) / 1000,
        })
      }
    }
  }

  #holder(password: string): Holder {
    const check = this.#deps.tokens.check(password)
    if (check.state === 'good') return check.holder
    throw new AwsError(
      'DENIED',
      check.state === 'expired'
        ? 'Your authorization token has expired. Reauthenticate and try again.'
        : 'Not Authorized',
      403,
    )
  }

  async #answer(exchange: Exchange, path: Path | undefined, holder: Holder): Promise<void> {
    const { head } = exchange
    const scope = this.#deps.hosts.scopeAt(head.url.host)
    if (path === undefined || scope === undefined)
      throw new AwsError('UNSUPPORTED', 'The operation is unsupported.', 404)
    const reads = head.method === 'GET' || head.method === 'HEAD'
    switch (path.kind) {
      case 'base':
        return send(exchange, json({}))
      case 'catalog':
        return send(exchange, json({ repositories: this.#deps.repositories.all(scope).map(({ name }) => name) }))
      case 'tags': {
        const repository = this.#open(scope, path, holder, 'ListImages')
        return send(exchange, json({ name: repository.name, tags: [...repository.tags.keys()] }))
      }
      case 'manifest':
        if (reads) return this.#sendManifest(exchange, this.#open(scope, path, holder, 'BatchGetImage'), path.reference)
        if (head.method === 'PUT')
          return this.#takeManifest(exchange, path, this.#open(scope, path, holder, 'PutImage'))
        if (head.method === 'DELETE' && path.reference.startsWith('sha256:')) {
          const repository = this.#open(scope, path, holder, 'BatchDeleteImage')
          this.#deps.repositories.remove(repository, { imageDigest: path.reference })
          return send(exchange, { status: 202 })
        }
        break
      case 'blob':
        if (reads) return this.#relay(exchange, this.#open(scope, path, holder, 'GetDownloadUrlForLayer'), path)
        break
      case 'upload':
        if (head.method === 'DELETE') break
        return this.#relay(exchange, this.#open(scope, path, holder, 'InitiateLayerUpload'), path)
    }
    throw new AwsError('UNSUPPORTED', 'The operation is unsupported.', 405)
  }

  #open(scope: Scope, { name }: Path, holder: Holder, action: string): Repository {
    return this.#deps.repositories.open(scope, name, holder, action)
  }

  #sendManifest(exchange: Exchange, repository: Repository, reference: string): void {
    const id = reference.startsWith('sha256:') ? { imageDigest: reference } : { imageTag: reference }
    const image = this.#deps.repositories.pullable(repository, id)
    if (image === undefined) throw new AwsError('MANIFEST_UNKNOWN', 'Requested image not found', 404)
    if (exchange.head.method === 'GET') this.#deps.repositories.markPulled(image)
    const { bytes, mediaType } = image.manifest
    send(exchange, {
      status: 200,
      headers: { 'content-type': mediaType, 'docker-content-digest': image.digest, etag: `"${image.digest}"` },
      body: bytes,
    })
  }

  async #takeManifest(exchange: Exchange, { reference, name }: Path, repository: Repository): Promise<void> {
    const { body, headers } = await readRequest(exchange)
    const tag = reference.startsWith('sha256:') ? undefined : reference
    if (tag === undefined && digestOf(body) !== reference) {
      throw new AwsError('DIGEST_INVALID', 'provided digest did not match uploaded content', 400)
    }
    const image = await this.#deps.repositories.push(repository, {
      bytes: body,
      mediaType: headers['content-type'],
      tag,
    })
    send(exchange, {
      status: 201,
      headers: { 'docker-content-digest': image.digest, location: `/v2/${name}/manifests/${image.digest}` },
    })
  }

  /** Streams a request to the store and the response back, with the client's name of the repository. */
  async #relay({ head, request, response }: Exchange, repository: Repository, { tail }: Path): Promise<void> {
    const query = new URLSearchParams(head.url.searchParams)
    // ECR does not mount layers from other repositories. The client uploads them.
    for (const name of ['mount', 'from', 'token']) query.delete(name)
    const { authorization: _, host: __, ...headers } = head.headers
    const answer = await this.#deps.store.request({
      method: head.method,
      path: `${repository.storePath}/${tail}${query.size > 0 ? `?${query}` : ''}`,
      headers,
      body: request,
    })
    const { location } = answer.headers
    response.writeHead(answer.statusCode ?? 502, {
      ...answer.headers,
      ...(location === undefined
        ? {}
        : { location: `http://${head.url.host}${location.replace(repository.storePath, `/v2/${repository.name}`)}` }),
    })
    await pipeline(answer, response)
  }
}

const json = (value: unknown) => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' },
  body: JSON.stringify(value),
})
