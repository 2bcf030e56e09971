import type { Readable } from 'node:stream'
import type { Clock } from '../../../../toolkit/clock.ts'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import {
  discard,
  type Http,
  type HttpAnswer,
  type HttpBody,
  type HttpRequest,
  readBody,
} from '../../../../toolkit/http/http.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { retry } from '../../../../toolkit/retry.ts'
import { digestOf, isDigest } from '../image/digest.ts'
import { MANIFEST_TYPES, type ManifestBytes } from '../image/oci.ts'
import type { CredentialSource } from './credentials.ts'
import { type Authorizer, openAuthorizer, toPull, toPush } from './registry-auth.ts'
import { failedTo, isCredentialError, isRetryable, RegistryError, registryError } from './registry-error.ts'
import { registryUrl } from './registry-url.ts'

export interface Blob extends HttpBody {
  readonly digest: string
}

/** How a repository got a blob: it had it, mounted it from another repository, or it was sent. */
export type BlobOutcome = 'present' | 'mounted' | 'sent'

export interface RegistryWorld {
  readonly http: Http
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const ATTEMPTS = 5
/** An image's configuration has its whole history, but no layer. */
const SMALL_BLOB_BYTES = 16 * 1024 * 1024

/** Client of a registry, by the OCI distribution specification. Every call retries errors that can pass by themselves. */
export class Registry {
  readonly host: string
  readonly #base: URL
  readonly #world: RegistryWorld
  readonly #authorizer: Authorizer
  /** Blobs that are sent ahead, by repository and digest. */
  readonly #ahead = new Map<string, Promise<BlobOutcome | undefined>>()

  constructor(host: string, credentials: CredentialSource, world: RegistryWorld) {
    this.host = host
    this.#base = registryUrl(host)
    this.#world = world
    this.#authorizer = openAuthorizer(this.#base, world.http, credentials, world.signal)
  }

  /** The digest of a tag (or digest); `undefined` when the tag or the repository does not exist. */
  resolve(path: string, reference: string): Promise<string | undefined> {
    return this.#try(`look up ${this.#name(path, reference)}`, async () => {
      const url = this.#url(path, 'manifests', reference)
      const answer = await this.#send([toPull(path)], { method: 'HEAD', url, headers: ACCEPT }, [200, 404])
      await readBody(answer)
      if (answer.statusCode === 404) return undefined
      const digest = answer.headers['docker-content-digest']
      // Some registries send no digest with HEAD. The digest of the manifest's bytes is always right.
      const trusted = isDigest(digest) && (!reference.includes(':') || reference === digest)
      return trusted ? digest : (await this.#manifest(path, reference))?.digest
    })
  }

  /** The manifest or index of a tag or digest; `undefined` when it does not exist. */
  manifest(path: string, reference: string): Promise<ManifestBytes | undefined> {
    return this.#try(`read the manifest of ${this.#name(path, reference)}`, () => this.#manifest(path, reference))
  }

  /** Opens a blob. */
  blob(path: string, digest: string): Promise<Readable> {
    const request: HttpRequest = { method: 'GET', url: this.#url(path, 'blobs', digest), large: true }
    return this.#try(`read ${this.#name(path, digest)}`, () => this.#send([toPull(path)], request, [200]))
  }

  /** Reads a small blob, such as an image's configuration. */
  readBlob(path: string, digest: string): Promise<Buffer> {
    const request: HttpRequest = { method: 'GET', url: this.#url(path, 'blobs', digest) }
    return this.#try(`read ${this.#name(path, digest)}`, async () => {
      const bytes = await readBody(await this.#send([toPull(path)], request, [200]), SMALL_BLOB_BYTES)
      if (digestOf(bytes) !== digest) throw wrongDigest(this.#name(path, digest), digestOf(bytes))
      return bytes
    })
  }

  hasBlob(path: string, digest: string): Promise<boolean> {
    return this.#try(`look for ${this.#name(path, digest)}`, () => this.#hasBlob(path, digest))
  }

  /** Puts a blob into a repository, unless it has it. `mountFrom` is a repository of this registry that has the blob. */
  async putBlob(path: string, blob: Blob, mountFrom?: string): Promise<BlobOutcome> {
    const name = this.#name(path, blob.digest)
    const ahead = await this.#ahead.get(name)
    // The registry is asked even after sending ahead: its garbage collection may have removed a blob without a manifest.
    const now = await this.#try(`push ${name}`, () => this.#putBlob(path, blob, mountFrom))
    return now === 'present' ? (ahead ?? now) : now
  }

  /** Starts to send a blob before `putBlob` is called for it, which then waits for this. Failures are left to `putBlob`. */
  sendAhead(path: string, blob: Blob): void {
    const name = this.#name(path, blob.digest)
    if (this.#ahead.has(name)) return
    const put = this.#try(
      `send ${name} ahead`,
      () => this.#putBlob(path, blob),
      () => false,
    )
    const settled = put.catch((error) => {
      this.#world.log.debug(errorMessage(error))
      return undefined
    })
    this.#ahead.set(name, settled)
  }

  /** Puts a manifest under a tag or under its digest. */
  putManifest(path: string, reference: string, manifest: ManifestBytes): Promise<void> {
    return this.#try(`put ${this.#name(path, reference)}`, async () => {
      const headers = { 'content-type': manifest.mediaType }
      const url = this.#url(path, 'manifests', reference)
      const request: HttpRequest = { method: 'PUT', url, headers, body: manifest.bytes }
      await readBody(await this.#send([toPush(path)], request, [200, 201, 202]))
    })
  }

  /** Checks the permission to push in the only way that registries offer: starts an upload and cancels it. */
  checkPush(path: string): Promise<void> {
    return this.#try(`push to ${this.host}/${path}`, async () => {
      const url = await this.#startUpload(path)
      if (url === undefined) return
      // Registries that cannot cancel an upload expire it. The answer is read to free its connection.
      const cancelled = this.#send([toPush(path)], { method: 'DELETE', url }, []).then(readBody)
      await cancelled.catch(() => {})
    })
  }

  async #putBlob(path: string, blob: Blob, mountFrom?: string): Promise<BlobOutcome> {
    if (await this.#hasBlob(path, blob.digest)) return 'present'
    const elsewhere = mountFrom !== undefined && mountFrom !== path
    const upload = await (elsewhere ? this.#mount(path, blob.digest, mountFrom) : this.#startUpload(path))
    if (upload === undefined) return 'mounted'
    upload.searchParams.set('digest', blob.digest)
    const headers = { 'content-type': 'application/octet-stream' }
    const request: HttpRequest = { method: 'PUT', url: upload, headers, body: blob }
    await readBody(await this.#send([toPush(path)], request, [201, 202, 204]))
    return 'sent'
  }

  async #hasBlob(path: string, digest: string): Promise<boolean> {
    const request: HttpRequest = { method: 'HEAD', url: this.#url(path, 'blobs', digest) }
    const answer = await this.#send([toPush(path)], request, [200, 404])
    await readBody(answer)
    return answer.statusCode === 200
  }

  async #manifest(path: string, reference: string): Promise<ManifestBytes | undefined> {
    const request: HttpRequest = { method: 'GET', url: this.#url(path, 'manifests', reference), headers: ACCEPT }
    const answer = await this.#send([toPull(path)], request, [200, 404])
    const bytes = await readBody(answer)
    if (answer.statusCode === 404) return undefined
    const digest = digestOf(bytes)
    if (reference.includes(':') && reference !== digest) throw wrongDigest(this.#name(path, reference), digest)
    return { bytes, digest, mediaType: (answer.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '' }
  }

  /** Mounts a blob from another repository. Where the registry refuses that, also with an error, an upload is started. */
  async #mount(path: string, digest: string, from: string): Promise<URL | undefined> {
    try {
      return await this.#startUpload(path, { mount: digest, from })
    } catch (error) {
      if (!(error instanceof RegistryError) || isRetryable(error)) throw error
      this.#world.log.debug(`${this.#name(path, digest)} cannot be mounted from ${from}: ${error.message}`)
      return this.#startUpload(path)
    }
  }

  /** Starts an upload and returns its URL; `undefined` when the blob was mounted. */
  async #startUpload(
    path: string,
    other?: { readonly mount: string; readonly from: string },
  ): Promise<URL | undefined> {
    const url = new URL(`/v2/${path}/blobs/uploads/`, this.#base)
    for (const [key, value] of Object.entries(other ?? {})) url.searchParams.set(key, value)
    // Only this request reads the other repository.
    const scopes = [toPush(path), ...(other === undefined ? [] : [toPull(other.from)])]
    const answer = await this.#send(scopes, { method: 'POST', url }, [201, 202])
    await readBody(answer)
    if (answer.statusCode === 201) return undefined
    const { location } = answer.headers
    if (location === undefined) {
      throw new SlipwayError(`${this.host} accepts an upload, and names no address for it.`, {
        hint: 'Check the registry, and the proxy in front of it: its answer lacks the header `Location`.',
      })
    }
    return this.#follow(location, url, 'sends an upload')
  }

  /** Sends a request with credentials and follows redirects. A status that is not in `expected` is an error; [] expects any. */
  async #send(scopes: readonly string[], request: HttpRequest, expected: readonly number[]): Promise<HttpAnswer> {
    const { http, signal } = this.#world
    let url = request.url
    for (let hops = 0; ; hops++) {
      const { generation } = this.#authorizer
      const authorization = url.origin === this.#base.origin ? await this.#authorizer.header(scopes) : undefined
      const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) }
      const answer = await http({ ...request, url, headers, signal })
      const status = answer.statusCode ?? 0
      const location = answer.headers.location
      if (status >= 300 && status < 400 && location !== undefined && hops < 5) {
        discard(answer)
        url = this.#follow(location, url, 'redirects')
        continue
      }
      if (expected.length === 0 || expected.includes(status)) return answer
      throw registryError(answer, await readBody(answer), generation, authorization)
    }
  }

  /** `does`: what the registry does with this address, for the error. */
  #follow(location: string, from: URL, does: string): URL {
    const url = URL.parse(location, from.href)
    if (url === null) {
      throw new SlipwayError(`${this.host} ${does} to an address that cannot be read.`, {
        hint: 'Check the registry, and the proxy in front of it: its header `Location` is malformed.',
      })
    }
    if (url.protocol === 'https:' || isLoopback(url.hostname)) return url
    throw new SlipwayError(`${this.host} redirects to ${url.origin}, without encryption.`, {
      hint: 'Serve the registry and its storage over https. A proxy in front of it must set `X-Forwarded-Proto: https`.',
    })
  }

  /** Retries a task, once with fresh credentials where those were refused. An error says what was being done. */
  async #try<T>(doing: string, task: () => Promise<T>, retryable = isRetryable): Promise<T> {
    const { clock, signal, log } = this.#world
    let renewed = false
    try {
      return await retry(task, {
        clock,
        signal,
        attempts: ATTEMPTS,
        delayMs: 500,
        maxDelayMs: 10_000,
        retryable: (error) => {
          if (isCredentialError(error) && !renewed) {
            renewed = true
            this.#authorizer.renew(error.generation)
            return { afterMs: 0 }
          }
          return retryable(error)
        },
        onRetry: (error, attempt, pauseMs) =>
          log.info(
            `Could not ${doing}: ${errorMessage(error)}. Attempt ${attempt + 1} of ${ATTEMPTS} in ${Math.round(pauseMs)} ms.`,
          ),
      })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw failedTo(doing, error)
    }
  }

  #url(path: string, kind: string, reference: string): URL {
    return new URL(`/v2/${path}/${kind}/${reference}`, this.#base)
  }

  #name(path: string, reference: string): string {
    return `${this.host}/${path}${reference.includes(':') ? '@' : ':'}${reference}`
  }
}

const ACCEPT = { accept: MANIFEST_TYPES.join(', ') }

const wrongDigest = (name: string, digest: string) =>
  new SlipwayError(`The registry answered a request for ${name} with content of digest ${digest}.`, {
    hint: 'The registry, or a proxy in front of it, changes content. Do not deploy from it.',
  })
