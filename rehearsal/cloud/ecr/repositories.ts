import { policyAllows } from '../accounts/resource-policy.ts'
import { formatArn } from '../kernel/arn.ts'
import { type Caller, PerScope, type Scope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { AwsError } from '../kernel/errors.ts'
import {
  accessDenied,
  imageNotFound,
  layersNotFound,
  repositoryExists,
  repositoryNotEmpty,
  repositoryNotFound,
  tagExists,
} from './errors.ts'
import type { Store } from './layer-store.ts'
import { digestOf, readManifest } from './manifest.ts'
import {
  findImage,
  type Image,
  type ImageId,
  isImmutable,
  type Manifest,
  type Mutability,
  type Repository,
  statusOf,
  tagsOf,
} from './model.ts'
import type { RegistryHosts } from './registry-hosts.ts'
import type { Scanning } from './scanning.ts'

/** Settings of CreateRepository. */
export interface RepositorySettings {
  readonly mutability: Mutability
  readonly exclusions: Repository['exclusions']
  readonly scanOnPush: boolean
  readonly encryption: Repository['encryption']
  readonly resourceTags: Repository['resourceTags']
}

/** A manifest that is pushed. */
export interface Push {
  readonly bytes: Buffer
  readonly mediaType?: string | undefined
  readonly tag?: string | undefined
}

/** All repositories of all accounts. Throws AwsError with ECR's messages. */
export class Repositories {
  readonly #clock: Clock
  readonly #hosts: RegistryHosts
  readonly #store: Store
  readonly #scanning: Scanning
  #made = 0
  readonly #scopes = new PerScope(() => new Map<string, Repository>())

  constructor(clock: Clock, hosts: RegistryHosts, store: Store, scanning: Scanning) {
    this.#clock = clock
    this.#hosts = hosts
    this.#store = store
    this.#scanning = scanning
  }

  all(scope: Scope): readonly Repository[] {
    return [...this.#scopes.get(scope).values()]
  }

  find(scope: Scope, name: string): Repository | undefined {
    return this.#scopes.get(scope).get(name)
  }

  /** Finds a repository for `action`. Throws for one of another account whose policy does not allow the caller. */
  open(scope: Scope, name: string, caller: Pick<Caller, 'account' | 'arn'>, action: string): Repository {
    const repository = this.find(scope, name)
    if (scope.account !== caller.account && !policyAllows(repository?.policy, caller, `ecr:${action}`)) {
      throw accessDenied(caller, action, formatArn('ecr', scope, `repository/${name}`))
    }
    if (repository === undefined) throw repositoryNotFound(name, scope.account)
    return repository
  }

  async create(scope: Scope, name: string, settings: RepositorySettings): Promise<Repository> {
    const host = await this.#hosts.of(scope)
    const repositories = this.#scopes.get(scope)
    if (repositories.has(name)) throw repositoryExists(name, scope.account)
    const repository: Repository = {
      ...settings,
      scope: { account: scope.account, region: scope.region },
      name,
      arn: formatArn('ecr', scope, `repository/${name}`),
      uri: `${host}/${name}`,
      // Every repository has its own path in the store, so that a recreated one starts empty.
      storePath: `/v2/${scope.account}/${scope.region}/${name}/${++this.#made}`,
      createdAt: this.#clock.now(),
      policy: undefined,
      lifecycle: undefined,
      images: new Map(),
      tags: new Map(),
    }
    repositories.set(name, repository)
    return repository
  }

  delete(repository: Repository, force: boolean): void {
    if (repository.images.size > 0 && !force) throw repositoryNotEmpty(repository)
    this.#scopes.get(repository.scope).delete(repository.name)
  }

  /** The image of `id`. Throws AwsError without one. */
  image(repository: Repository, id: ImageId): Image {
    const image = findImage(repository, id)
    if (image === undefined) throw imageNotFound(repository, id)
    return image
  }

  /** Stores a manifest. The store checks that all its layers, or all images of an index, exist. */
  async push(repository: Repository, { bytes, mediaType, tag }: Push): Promise<Image> {
    const manifest = readManifest(bytes, mediaType)
    const digest = digestOf(bytes)
    refuseImmutable(repository, tag)
    await this.#keep(repository, digest, manifest)
    const scan = await this.#scanning.onPush(repository, manifest)
    // Another push may have set the tag since.
    refuseImmutable(repository, tag)
    const pushed = { digest, manifest, pushedAt: this.#clock.now(), lastPulledAt: undefined, scan }
    const image: Image = repository.images.get(digest) ?? pushed
    // A push of an archived image restores it.
    image.archivedAt = undefined
    repository.images.set(digest, image)
    if (tag !== undefined) repository.tags.set(tag, digest)
    return image
  }

  /** Removes a tag, or an image with all its tags. Returns what was removed. */
  remove(repository: Repository, id: ImageId): readonly ImageId[] {
    const { digest } = this.image(repository, id)
    const going = id.imageDigest === undefined && id.imageTag !== undefined ? [id.imageTag] : tagsOf(repository, digest)
    for (const tag of going) repository.tags.delete(tag)
    if (tagsOf(repository, digest).length === 0) repository.images.delete(digest)
    return going.length === 0 ? [{ imageDigest: digest }] : going.map((tag) => ({ imageDigest: digest, imageTag: tag }))
  }

  /** The image of `id`, if it can be pulled. */
  pullable(repository: Repository, id: ImageId): Image | undefined {
    const image = findImage(repository, id)
    return image === undefined || statusOf(image, this.#clock.now()) !== 'ACTIVE' ? undefined : image
  }

  markPulled(image: Image): void {
    image.lastPulledAt = this.#clock.now()
  }

  async #keep(repository: Repository, digest: string, { bytes, mediaType, layers, children }: Manifest): Promise<void> {
    const answer = await this.#store.request({
      method: 'PUT',
      path: `${repository.storePath}/manifests/${digest}`,
      headers: { 'content-type': mediaType, 'content-length': bytes.length },
      body: bytes,
    })
    if (answer.statusCode === 201) return void answer.resume()
    throw refusedByStore(repository, [...layers.map((layer) => layer.digest), ...children], await textOf(answer))
  }
}

function refusedByStore(repository: Repository, needed: readonly string[], errors: string): AwsError {
  const missing = needed.filter((digest) => errors.includes(digest))
  if (missing.length > 0) return layersNotFound(repository, missing)
  return new AwsError('InvalidParameterException', `Invalid parameter at 'ImageManifest': ${errors}`)
}

async function textOf(answer: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return text.trim()
}

function refuseImmutable(repository: Repository, tag: string | undefined): void {
  if (tag !== undefined && repository.tags.has(tag) && isImmutable(repository, tag)) throw tagExists(repository, tag)
}
