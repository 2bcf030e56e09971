/** Keeps secrets out of what is printed: each registered value becomes `***`. */
export class Mask {
  readonly #values = new Set<string>()

  /** Registers a value, and each of its lines, as the runner does. */
  add(value: string): void {
    for (const part of [value, ...value.split(/\r?\n/)]) {
      const text = part.trim()
      if (text === '') continue
      this.#values.add(text)
      this.#values.add(JSON.stringify(text).slice(1, -1))
      this.#values.add(encodeURIComponent(text))
      this.#values.add(Buffer.from(text).toString('base64'))
    }
  }

  apply(text: string): string {
    // Longest first: a secret that contains another must not leave its remainder behind.
    const values = [...this.#values].sort((a, b) => b.length - a.length)
    return values.reduce((masked, value) => masked.replaceAll(value, '***'), text)
  }

  /** Whether the text holds a secret; GitHub drops job outputs that do. */
  hides(text: string): boolean {
    return this.apply(text) !== text
  }
}
