import type { AwsCalls } from '../aws/aws-calls.ts'
import { type LogStream, readLog } from './container-log.ts'

/** CloudWatch returns at most 10,000 lines, or 1 MiB, in one page. */
const LINES_A_PAGE = 10_000
/** A log that grows faster than it can be read must not keep us from looking at the task. */
const PAGES_A_LOOK = 25

/** Reads a log as it grows. */
export class LogTail {
  readonly #stream: LogStream
  readonly #onLine: (line: string) => void
  #from: string | undefined

  constructor(stream: LogStream, onLine: (line: string) => void) {
    this.#stream = stream
    this.#onLine = onLine
  }

  /**
   * Passes on the lines since the last call. Returns their number. At the end of a log, CloudWatch returns the token that it
   * was given.
   */
  async read(aws: AwsCalls): Promise<number> {
    let count = 0
    for (let page = 1; page <= PAGES_A_LOOK; page++) {
      const from = this.#from
      const how = { fromStart: true, once: true, limit: LINES_A_PAGE, ...(from === undefined ? {} : { from }) }
      const { lines, next } = await readLog(aws, this.#stream, how)
      for (const line of lines) this.#onLine(line)
      count += lines.length
      this.#from = next ?? from
      if (this.#from === from) break
    }
    return count
  }
}
