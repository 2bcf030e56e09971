import type { StreamEvent } from './stream.ts'

/**
 * What an apply is in the midst of creating or changing, as its stream tells: what an interrupt could lose. What is being read
 * or destroyed is not among it. The state has that until it is gone, and the next plan sees which it is.
 */
export class InFlight {
  /** The addresses of what was cut short: it failed after Terraform was interrupted. */
  readonly cutShort: string[] = []
  readonly #underWay = new Map<string, string>()
  #interrupted = false

  get addresses(): readonly string[] {
    return [...this.#underWay.values()]
  }

  /** Follows what is going on. Gives whether this is about something that is created or changed. */
  see({ type, hook, '@message': message }: StreamEvent): boolean {
    // In Terraform's words (and OpenTofu's): internal/command/views/operation.go.
    if (hook === undefined) this.#interrupted ||= message.trimStart().startsWith('Interrupt received.')
    if (hook === undefined || hook.action === 'read' || hook.action === 'delete') return false
    this.#follow(type, hook.action, hook.resource.addr)
    return true
  }

  #follow(type: string, action: string, address: string): void {
    const key = `${action} ${address}`
    if (type === 'apply_start') this.#underWay.set(key, address)
    if (type !== 'apply_complete' && type !== 'apply_errored') return
    this.#underWay.delete(key)
    if (type === 'apply_errored' && this.#interrupted) this.cutShort.push(address)
  }
}
