import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** Reads the lines that another process appends to a file. */
export class Tail {
  readonly #file: number
  readonly #onLine: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  readonly #buffer = Buffer.alloc(64 * 1024)
  #rest = ''

  constructor(path: string, onLine: (line: string) => void) {
    this.#file = openSync(path, 'r')
    this.#onLine = onLine
  }

  /** Passes on each line that is complete by now. */
  read(): void {
    for (let size = this.#fill(); size > 0; size = this.#fill()) {
      const lines = (this.#rest + this.#decoder.write(this.#buffer.subarray(0, size))).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) this.#onLine(line)
    }
  }

  /** Reads to the end, and passes on a last line without a newline too. */
  end(): void {
    this.read()
    const last = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (last !== '') this.#onLine(last)
  }

  close(): void {
    closeSync(this.#file)
  }

  #fill(): number {
    return readSync(this.#file, this.#buffer, 0, this.#buffer.length, null)
  }
}
