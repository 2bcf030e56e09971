import { readCaBundle } from '../../../../toolkit/aws/ca-bundle.ts'
import { isEcrPublicHost } from '../../../../toolkit/aws/ecr-host.ts'
import { type Http, openHttp } from '../../../../toolkit/http/http.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Login } from '../inputs/login.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { findSavedLogin } from './docker-config.ts'
import { type EcrRegistry, findEcr, loginToEcr } from './ecr.ts'
import { loginToEcrPublic } from './ecr-public.ts'
import { Registry } from './registry.ts'

/** A registry with its credentials. `ecr` is set for a private ECR registry. */
export interface OpenRegistry {
  readonly registry: Registry
  readonly ecr: EcrRegistry | undefined
  readonly credentials: CredentialSource
}

/** The registries of this run. Each is opened once, with the credentials that are found for it. */
export class Registries {
  readonly #world: World
  readonly #http: Http
  readonly #login: Login | undefined
  readonly #open = new Map<string, Promise<OpenRegistry>>()

  constructor(world: World, login: Login | undefined) {
    this.#world = world
    // A proxy that AWS_CA_BUNDLE is for stands before ECR's registries and their storage, too.
    this.#http = openHttp(world.env, { certificates: () => readCaBundle(world.env) })
    this.#login = login
  }

  at(host: string): Promise<OpenRegistry> {
    let open = this.#open.get(host)
    if (open === undefined) {
      open = this.#connect(host)
      this.#open.set(host, open)
    }
    return open
  }

  async #connect(host: string): Promise<OpenRegistry> {
    const { clock, log, signal } = this.#world
    const own = this.#login?.host === host ? this.#login : undefined
    const ecr = own === undefined ? await findEcr(host, this.#world) : undefined
    const credentials = lookUpOnce(() => this.#find(host, own, ecr))
    return { registry: new Registry(host, credentials, { http: this.#http, clock, log, signal }), ecr, credentials }
  }

  /** In this order: the inputs, a token of ECR, a login that an earlier step saved. */
  async #find(host: string, own: Login | undefined, ecr: EcrRegistry | undefined): Promise<Credentials | undefined> {
    if (own !== undefined) return own
    if (ecr !== undefined) return loginToEcr(ecr, this.#world)
    const fromAws = isEcrPublicHost(host) ? await loginToEcrPublic(this.#world) : undefined
    if (fromAws !== undefined) return fromAws
    const saved = await findSavedLogin(host, this.#world)
    if (saved !== undefined) this.#world.log.mask(saved.password)
    return saved
  }
}

/** Looks credentials up once, and again when fresh ones are asked for. */
function lookUpOnce(find: () => Promise<Credentials | undefined>): CredentialSource {
  let known: Promise<Credentials | undefined> | undefined
  return ({ fresh = false } = {}) => {
    if (fresh) known = undefined
    known ??= find().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }
}
