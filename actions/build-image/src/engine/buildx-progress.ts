import type { Clock } from '../../../../toolkit/clock.ts'
import { formatDuration } from '../../../../toolkit/duration.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { BuildStep } from './build-steps.ts'

interface Vertex {
  title: string
  since: number
  cached: boolean
  ms: number | undefined
}

/**
 * What BuildKit prints with `--progress=plain`, as lines for the log. Its steps run side by side and their lines come mixed,
 * each with the step's number before it; here every line stands under its step's title, and a step ends with its time.
 */
export class BuildxProgress {
  readonly #log: Log
  readonly #clock: Clock
  readonly #vertices = new Map<string, Vertex>()
  #speaking: string | undefined
  /** Why steps failed, and what buildx said of it besides. */
  readonly #failures: string[] = []
  readonly #remarks: string[] = []
  /** Whether the lines are those that BuildKit prints a second time, between two rules, after a step has failed. */
  #repeating = false

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  write(line: string): void {
    const [, number, text = ''] = /^#(\d+) (.*)$/.exec(line) ?? []
    if (number === undefined) this.#writeRemark(line)
    else this.#writeOf(number, text)
  }

  #writeOf(number: string, text: string): void {
    const vertex = this.#vertices.get(number)
    if (vertex === undefined) {
      this.#vertices.set(number, { title: text, since: this.#clock.now(), cached: false, ms: undefined })
    } else if (text === 'CACHED') {
      Object.assign(vertex, { cached: true, ms: 0 })
      if (isStep(vertex.title)) this.#say(number, 'cached')
    } else if (text.startsWith('DONE ')) {
      vertex.ms = Number.parseFloat(text.slice(5)) * 1000
      if (isStep(vertex.title)) this.#say(number, formatDuration(vertex.ms))
    } else if (text.startsWith('ERROR: ')) {
      vertex.ms = this.#clock.now() - vertex.since
      if (!isRetryable(text)) this.#failures.push(`${vertex.title}: ${text.slice(7)}`)
    } else if (/^\d+\.\d+ /.test(text)) {
      this.#say(number, text.replace(/^\d+\.\d+ /, ''))
    }
  }

  /** Why the build failed: the step that did, where there is one. */
  failure(): string | undefined {
    return this.#failures[0] ?? this.#remarks.at(-1)
  }

  /** The steps of the Dockerfile, in their order. */
  steps(): readonly BuildStep[] {
    return [...this.#vertices.values()]
      .filter(({ title }) => isStep(title))
      .map(({ title, cached, ms, since }) => ({ title, cached, ms: ms ?? this.#clock.now() - since }))
  }

  /** A line that belongs to no step. */
  #writeRemark(line: string): void {
    if (/^-{6,}$/.test(line)) this.#repeating = !this.#repeating
    else if (/^ERROR:/i.test(line)) this.#remarks.push(line.replace(/^error:\s*/i, ''))
    else if (!this.#repeating && line.trim() !== '') this.#log.info(line)
  }

  #say(number: string, text: string): void {
    if (this.#speaking !== number) this.#log.info(this.#vertices.get(number)?.title ?? `#${number}`)
    this.#speaking = number
    this.#log.info(`    ${text}`)
  }
}

/** Two platforms may write the same layer at the same time. buildx says so, as of an error, and writes it again. */
const isRetryable = (error: string) => / locked for \S+ \(since /.test(error)

/** `[stage 2/5] RUN make`, unlike BuildKit's own `[internal] load build context`. */
const isStep = (title: string) => /^\[(?!internal)[^\]]*\d+\/\d+\]/.test(title)
