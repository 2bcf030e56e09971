import type { AwsCalls } from '../aws/aws-calls.ts'
import { type LogStream, readLog } from './container-log.ts'

/** The most that CloudWatch gives in one answer is 10,000 lines or 1 MiB. */
const LINES_A_PAGE = 10_000
/** A log that grows faster than it can be read must not keep from looking at the task. */
const PAGES_A_LOOK = 25

/** Reads a log as it grows. */
export class LogTail {
  readonly #stream: LogStream
  readonly #tell: (line: string) => void
  #from: string | undefined

  constructor(stream: LogStream, tell: (line: string) => void) {
    this.#stream = stream
    this.#tell = tell
  }

  /**
   * Tells what was logged since the last time, and gives how many lines that were. CloudWatch says that there is no more by
   * the token that it was given.
   */
  async read(aws: AwsCalls): Promise<number> {
    let told = 0
    for (let page = 1; page <= PAGES_A_LOOK; page++) {
      const from = this.#from
      const how = { fromStart: true, once: true, limit: LINES_A_PAGE, ...(from === undefined ? {} : { from }) }
      const { lines, next } = await readLog(aws, this.#stream, how)
      for (const line of lines) this.#tell(line)
      told += lines.length
      this.#from = next ?? from
      if (this.#from === from) break
    }
    return told
  }
}
