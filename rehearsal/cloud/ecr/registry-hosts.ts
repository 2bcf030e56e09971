import type { Scope } from '../kernel/call.ts'

/**
 * Every registry (an account's, in a region) has a host of its own, as on AWS: 127.0.0.1 for the first, 127.0.0.2 for
 * the next, all on one port. Docker allows plain HTTP for registries in 127.0.0.0/8.
 */
export class RegistryHosts {
  readonly #listen: (address: string) => Promise<number>
  readonly #hosts = new Map<string, Promise<string>>()
  readonly #scopes = new Map<string, Scope>()

  /** @param listen opens an address, and resolves with the port. */
  constructor(listen: (address: string) => Promise<number>) {
    this.#listen = listen
  }

  /** The host and port of a registry. The first call for it opens its address. */
  of({ account, region }: Scope): Promise<string> {
    const key = `${account}/${region}`
    let host = this.#hosts.get(key)
    if (host === undefined) {
      const address = `127.0.0.${this.#hosts.size + 1}`
      this.#scopes.set(address, { account, region })
      host = this.#listen(address).then((port) => `${address}:${port}`)
      this.#hosts.set(key, host)
    }
    return host
  }

  /** Account and region of the registry at `host`, if any. */
  scopeAt(host: string): Scope | undefined {
    return this.#scopes.get(host.replace(/:\d+$/, '').replace('localhost', '127.0.0.1'))
  }
}
