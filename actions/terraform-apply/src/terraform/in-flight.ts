import { type Hook, operationOf, type StreamEvent } from './json-events.ts'

/**
 * The resources that an apply is creating, changing or replacing at the moment: an interrupt could lose what becomes of them.
 * Reads are not among them, nor is destroying without a replacement: the state keeps that resource until it is gone, and the next
 * plan sees whether it is.
 */
export class InFlight {
  /** Time of the last event about such a resource, in milliseconds since the epoch. */
  lastEventAt = Number.NEGATIVE_INFINITY
  readonly #inProgress = new Set<string>()
  readonly #failed = new Set<string>()
  readonly #replaced = new Set<string>()
  #interrupted = false

  get addresses(): readonly string[] {
    return [...this.#inProgress]
  }

  /** After the end of Terraform: the addresses that an interrupt cut short, as they failed after it or were not created again. */
  get cutShort(): readonly string[] {
    return this.#interrupted ? [...this.#failed, ...this.#inProgress] : []
  }

  see(event: StreamEvent): void {
    const { type, change, '@message': message, '@timestamp': at } = event
    if (type === 'planned_change' && change?.action === 'replace') this.#replaced.add(change.resource.addr)
    // The message of Terraform and OpenTofu: internal/command/views/operation.go.
    if (message.trimStart().startsWith('Interrupt received.')) this.#interrupted = true
    const operation = operationOf(event)
    if (operation === undefined || !this.#canBeLost(operation)) return
    this.lastEventAt = Date.parse(at)
    this.#follow(type, operation)
  }

  #canBeLost({ action, resource }: Hook): boolean {
    return action === 'delete' ? this.#replaced.has(resource.addr) : action !== 'read'
  }

  #follow(type: string, { action, resource: { addr } }: Hook): void {
    if (type === 'apply_start') this.#inProgress.add(addr)
    if (type === 'apply_errored') {
      this.#inProgress.delete(addr)
      if (this.#interrupted) this.#failed.add(addr)
    }
    // A replaced resource is in progress until it is created again. Where it was created first, the delete that follows is a
    // destroy like any other.
    if (type !== 'apply_complete' || action === 'delete') return
    this.#inProgress.delete(addr)
    this.#replaced.delete(addr)
  }
}
