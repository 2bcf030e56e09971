import { type Hook, operationOf, type StreamEvent } from './json-events.ts'

/**
 * What an apply is in the midst of creating, changing or replacing, as its stream tells: what an interrupt could lose. What is
 * read, or destroyed for good, is not among it. The state has that until it is gone, and the next plan sees which it is.
 */
export class InFlight {
  /** When anything of it was heard of last, in milliseconds since the epoch. */
  heardAt = Number.NEGATIVE_INFINITY
  readonly #underWay = new Set<string>()
  readonly #failed = new Set<string>()
  readonly #replaced = new Set<string>()
  #interrupted = false

  get addresses(): readonly string[] {
    return [...this.#underWay]
  }

  /** The addresses of what was cut short, once Terraform has ended: it failed after an interrupt, or was never made anew. */
  get cutShort(): readonly string[] {
    return this.#interrupted ? [...this.#failed, ...this.#underWay] : []
  }

  see(event: StreamEvent): void {
    const { type, change, '@message': message, '@timestamp': at } = event
    if (type === 'planned_change' && change?.action === 'replace') this.#replaced.add(change.resource.addr)
    // In Terraform's words (and OpenTofu's): internal/command/views/operation.go.
    if (message.trimStart().startsWith('Interrupt received.')) this.#interrupted = true
    const operation = operationOf(event)
    if (operation === undefined || !this.#canBeLost(operation)) return
    this.heardAt = Date.parse(at)
    this.#follow(type, operation)
  }

  #canBeLost({ action, resource }: Hook): boolean {
    return action === 'delete' ? this.#replaced.has(resource.addr) : action !== 'read'
  }

  #follow(type: string, { action, resource: { addr } }: Hook): void {
    if (type === 'apply_start') this.#underWay.add(addr)
    if (type === 'apply_errored') {
      this.#underWay.delete(addr)
      if (this.#interrupted) this.#failed.add(addr)
    }
    // What is replaced is under way until it is made anew; what was made anew already is destroyed for good.
    if (type !== 'apply_complete' || action === 'delete') return
    this.#underWay.delete(addr)
    this.#replaced.delete(addr)
  }
}
