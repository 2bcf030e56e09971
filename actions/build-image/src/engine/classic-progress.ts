import type { Log } from '../../../../toolkit/log.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import type { StepTimer } from './build-steps.ts'

/** The intermediate image of a step. */
export interface StepImage {
  /** First 12 digits of its id. */
  readonly id: string
  /** The instruction, as it is in the Dockerfile. */
  readonly title: string
  /** Index of its stage. */
  readonly stage: number
  readonly cached: boolean
}

/** Logs what the classic builder prints: a title for each step and its output, without ids of images and containers. */
export class ClassicProgress {
  readonly #log: Log
  readonly #steps: StepTimer
  readonly #onImage: (image: StepImage) => void
  #line = ''
  #step: Omit<StepImage, 'id'> = { title: '', stage: -1, cached: false }

  constructor(log: Log, steps: StepTimer, onImage: (image: StepImage) => void = () => {}) {
    this.#log = log
    this.#steps = steps
    this.#onImage = onImage
  }

  write(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#writeLine(line)
  }

  end(): void {
    if (this.#line !== '') this.#writeLine(this.#line)
    this.#line = ''
    this.#finishStep()
  }

  #writeLine(coloured: string): void {
    // Standard error of RUN is red; the reset code is at the start of the next line.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control characters
    const line = coloured.replace(/^(?:\x1b\[(?:91|0)m)+|\x1b\[0m$/g, '')
    const step = /^Step (\d+\/\d+) : (.*)$/.exec(line)
    if (step !== null) {
      this.#finishStep()
      const title = step[2] ?? ''
      this.#log.info(`[${step[1]}] ${title}`)
      this.#steps.start(title)
      const { stage } = this.#step
      this.#step = { title, stage: /^FROM\s/i.test(title) ? stage + 1 : stage, cached: false }
    } else if (/^ ---> Using cache/.test(line)) {
      this.#steps.cached()
      this.#step = { ...this.#step, cached: true }
    } else if (/^ ---> [0-9a-f]{12}$/.test(line)) {
      this.#onImage({ id: line.slice(' ---> '.length), ...this.#step })
    } else if (
      /^ ---> (?:Running in [0-9a-f]{12})?$|^(?: ---> )?Remov(?:ed|ing) intermediate container |^Successfully (?:built|tagged) /.test(
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
