import { formatDuration } from '../../../toolkit/duration.ts'
import type { Log } from '../../../toolkit/log.ts'
import type { StepTimer } from './build-steps.ts'

/** What the classic builder prints, as lines for the log: a heading per step, and none of its bookkeeping. */
export class ClassicOutput {
  readonly #log: Log
  readonly #steps: StepTimer
  #line = ''

  constructor(log: Log, steps: StepTimer) {
    this.#log = log
    this.#steps = steps
  }

  write(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#tell(line)
  }

  end(): void {
    if (this.#line !== '') this.#tell(this.#line)
    this.#line = ''
    this.#finishStep()
  }

  #tell(coloured: string): void {
    // What RUN wrote to standard error comes in red, and the end of that on the next line.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control characters
    const line = coloured.replace(/^(?:\x1b\[(?:91|0)m)+|\x1b\[0m$/g, '')
    const step = /^Step (\d+\/\d+) : (.*)$/.exec(line)
    if (step !== null) {
      this.#finishStep()
      this.#log.info(`[${step[1]}] ${step[2]}`)
      this.#steps.start(step[2] ?? '')
    } else if (/^ ---> Using cache/.test(line)) {
      this.#steps.cached()
    } else if (
      /^ ---> (?:(?:Running in )?[0-9a-f]{12})?$|^(?: ---> )?Remov(?:ed|ing) intermediate container |^Successfully (?:built|tagged) /.test(
        line,
      )
    ) {
      return
    } else if (/One or more build-args .*SOURCE_DATE_EPOCH.* were not consumed/.test(line)) {
      return
    } else if (line.trim() !== '') {
      this.#log.info(`    ${line}`)
    }
  }

  #finishStep(): void {
    const before = this.#steps.finish().at(-1)
    if (before !== undefined) this.#log.info(`    ${before.cached ? 'cached' : formatDuration(before.ms)}`)
  }
}
