import type { Hook, StreamEvent } from './stream.ts'

/**
 * What an apply is in the midst of creating, changing or replacing, as its stream tells: what an interrupt could lose. What is
 * read, or destroyed for good, is not among it. The state has that until it is gone, and the next plan sees which it is.
 */
export class InFlight {
  /** The addresses of what was cut short: it failed after Terraform was interrupted. */
  readonly cutShort: string[] = []
  readonly #underWay = new Map<string, string>()
  readonly #replaced = new Set<string>()
  #interrupted = false

  get addresses(): readonly string[] {
    return [...new Set(this.#underWay.values())]
  }

  /** Follows what is going on. Gives whether this is about something that an interrupt could lose. */
  see({ type, hook, change, '@message': message }: StreamEvent): boolean {
    if (type === 'planned_change' && change?.action === 'replace') this.#replaced.add(change.resource.addr)
    // In Terraform's words (and OpenTofu's): internal/command/views/operation.go.
    if (hook === undefined) this.#interrupted ||= message.trimStart().startsWith('Interrupt received.')
    if (hook === undefined || !this.#canBeLost(hook)) return false
    this.#follow(type, hook)
    return true
  }

  #canBeLost({ action, resource }: Hook): boolean {
    return action === 'delete' ? this.#replaced.has(resource.addr) : action !== 'read'
  }

  #follow(type: string, { action, resource: { addr } }: Hook): void {
    const key = `${action} ${addr}`
    if (type === 'apply_start') this.#underWay.set(key, addr)
    if (type !== 'apply_complete' && type !== 'apply_errored') return
    this.#underWay.delete(key)
    if (type === 'apply_errored' && this.#interrupted) this.cutShort.push(addr)
  }
}
