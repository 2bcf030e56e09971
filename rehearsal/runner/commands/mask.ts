/** Replaces secrets in text with `***`. */
export class Mask {
  readonly #values = new Set<string>()

  /** Registers a secret and each of its lines, as the runner does, also as JSON, percent-encoded and in Base64. */
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
    // Longest first: otherwise the rest of a secret that contains another one would stay visible.
    const values = [...this.#values].sort((a, b) => b.length - a.length)
    return values.reduce((masked, value) => masked.replaceAll(value, '***'), text)
  }

  /** Whether the text contains a secret. */
  matches(text: string): boolean {
    return this.apply(text) !== text
  }
}
