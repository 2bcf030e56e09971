import type { Clock } from '../../../../toolkit/clock.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import type { BuildStep } from './build-steps.ts'

interface Vertex {
  title: string
  since: number
  cached: boolean
  ms: number | undefined
}

/**
 * Logs what BuildKit prints with `--progress=plain`. Its steps run in parallel, and their lines are mixed and numbered. In the
 * log each line follows the title of its step, and a step ends with its time.
 */
export class BuildxProgress {
  readonly #log: Log
  readonly #clock: Clock
  readonly #vertices = new Map<string, Vertex>()
  #current: string | undefined
  /** Errors of steps, and errors of the whole build. */
  readonly #failures: string[] = []
  readonly #remarks: string[] = []
  /** True within the lines of a failed step that BuildKit repeats between two rules. */
  #repeating = false

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  write(line: string): void {
    const [, number, text = ''] = /^#(\d+) (.*)$/.exec(line) ?? []
    if (number === undefined) this.#writeRemark(line)
    else this.#writeStep(number, text)
  }

  #writeStep(number: string, text: string): void {
    const vertex = this.#vertices.get(number)
    if (vertex === undefined) {
      this.#vertices.set(number, { title: text, since: this.#clock.now(), cached: false, ms: undefined })
    } else if (text === 'CACHED') {
      Object.assign(vertex, { cached: true, ms: 0 })
      if (isStep(vertex.title)) this.#logLine(number, 'cached')
    } else if (text.startsWith('DONE ')) {
      vertex.ms = Number.parseFloat(text.slice(5)) * 1000
      if (isStep(vertex.title)) this.#logLine(number, formatDuration(vertex.ms))
    } else if (text.startsWith('ERROR: ')) {
      vertex.ms = this.#clock.now() - vertex.since
      if (!isRetried(text)) this.#failures.push(`${vertex.title}: ${text.slice(7)}`)
    } else if (/^\d+\.\d+ /.test(text)) {
      this.#logLine(number, text.replace(/^\d+\.\d+ /, ''))
    }
  }

  /** Error of the first failed step, or else the last error of the build. */
  failure(): string | undefined {
    return this.#failures[0] ?? this.#remarks.at(-1)
  }

  /** The steps of the Dockerfile, in their order. */
  steps(): readonly BuildStep[] {
    return [...this.#vertices.values()]
      .filter(({ title }) => isStep(title))
      .map(({ title, cached, ms, since }) => ({ title, cached, ms: ms ?? this.#clock.now() - since }))
  }

  /** Handles a line that belongs to no step. */
  #writeRemark(line: string): void {
    if (/^-{6,}$/.test(line)) this.#repeating = !this.#repeating
    else if (/^ERROR:/i.test(line)) this.#remarks.push(line.replace(/^error:\s*/i, ''))
    else if (!this.#repeating && line.trim() !== '') this.#log.info(line)
  }

  #logLine(number: string, text: string): void {
    if (this.#current !== number) this.#log.info(this.#vertices.get(number)?.title ?? `#${number}`)
    this.#current = number
    this.#log.info(`    ${text}`)
  }
}

/** When two platforms write the same layer at once, buildx prints an error and writes it again. */
const isRetried = (error: string) => / locked for \S+ \(since /.test(error)

/** True for `[stage 2/5] RUN make`, false for BuildKit's own `[internal] load build context`. */
const isStep = (title: string) => /^\[(?!internal)[^\]]*\d+\/\d+\]/.test(title)
