import { join, table } from '../../../../toolkit/text/markdown.ts'

/** The number of bytes of UTF-8 that may still be written. */
export class ByteBudget {
  #left: number
  readonly #parent: ByteBudget | undefined

  constructor(limit: number, parent?: ByteBudget) {
    this.#left = limit
    this.#parent = parent
  }

  /** A part of what is left. What it does not spend stays in this budget. */
  share(part: number): ByteBudget {
    return new ByteBudget(Math.floor(this.#left * part), this)
  }

  /** The text if it fits, else ''. */
  take(markdown: string): string {
    return this.spend(Buffer.byteLength(markdown) + 2) ? markdown : ''
  }

  /** A table with as many rows as fit, and the number of rows that do not. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    if (!this.spend(Buffer.byteLength(table(head, [])) + 100)) return ''
    const kept = rows.slice(
      0,
      countWhile(rows, (row) => this.spend(Buffer.byteLength(row.join(' | ')) + 5)),
    )
    const left = rows.length - kept.length
    return join(table(head, kept), left === 0 ? '' : `_… and ${left} more._`)
  }

  /** As many blocks as fit. They are made one by one, so that blocks which do not fit cost nothing. */
  fit(blocks: readonly (() => string)[], more: (left: number) => string): string {
    if (!this.spend(100)) return ''
    const kept: string[] = []
    for (const block of blocks) {
      const markdown = block()
      if (!this.spend(Buffer.byteLength(markdown) + 2)) return join(...kept, more(blocks.length - kept.length))
      kept.push(markdown)
    }
    return join(...kept)
  }

  /** Takes bytes off the budget. `false` when there are not enough left; then none are taken. */
  spend(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    if (this.#parent !== undefined) this.#parent.#withdraw(bytes)
    return true
  }

  #withdraw(bytes: number): void {
    this.#left -= bytes
    if (this.#parent !== undefined) this.#parent.#withdraw(bytes)
  }
}

function countWhile<T>(items: readonly T[], test: (item: T) => boolean): number {
  const end = items.findIndex((item) => !test(item))
  return end === -1 ? items.length : end
}
