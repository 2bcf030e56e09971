// Live progress: a line for each stage, and on a terminal the latest line of the running one.
import { appendFileSync } from 'node:fs'
import type { Annotation, RunnerEvent } from '../../runner/events.ts'
import { stageName } from './stages.ts'

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const marks = { success: '✓', failure: '✗', cancelled: '■', skipped: '·' } as const
const keptLines = 30
const tickMs = 250

export class Progress {
  /** Text to show beside the running stage, such as the traffic so far. */
  detail: () => string = () => ''
  readonly #out: Output
  #stage: { readonly name: string; readonly start: number; readonly lines: string[]; at: string } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(out: Output) {
    this.#out = out
  }

  print(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
    this.#draw()
  }

  /** Shows `work`, such as starting the cloud, as a stage. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#begin(name)
    try {
      const value = await work()
      this.#end('success')
      return value
    } catch (error) {
      this.#end('failure')
      throw error
    }
  }

  /** Shows a run of a workflow. All its output goes to `logFile`. */
  follow(logFile: string): (event: RunnerEvent) => void {
    return (event) => {
      appendFileSync(logFile, logLine(event))
      if (event.type === 'step-started') {
        this.#begin(
          event.phase === 'post' ? event.name.toLowerCase() : (stageName(event.uses, event.at.step) ?? event.name),
        )
      } else if (event.type === 'log') this.#log(event.line)
      else if (event.type === 'annotation') this.#annotate(event.annotation)
      else if (event.type === 'step-finished') this.#end(event.conclusion)
    }
  }

  #begin(name: string): void {
    this.#stage = { name, start: performance.now(), lines: [], at: '' }
    if (!this.#out.isTTY) return
    this.#timer ??= setInterval(() => this.#draw(), tickMs)
    this.#draw()
  }

  #end(conclusion: keyof typeof marks): void {
    const stage = this.#stage
    if (stage === undefined) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#clear()
    this.#stage = undefined
    if (conclusion === 'skipped') return
    const seconds = ((performance.now() - stage.start) / 1000).toFixed(1)
    this.#out.write(`  ${marks[conclusion]} ${stage.name.padEnd(28)} ${seconds.padStart(6)} s\n`)
    if (conclusion === 'failure') for (const line of stage.lines) this.#out.write(`      ${line}\n`)
  }

  #log(line: string): void {
    const stage = this.#stage
    if (stage === undefined) return
    if (line.trim() !== '') stage.at = line.trim()
    stage.lines.push(...line.split('\n'))
    stage.lines.splice(0, stage.lines.length - keptLines)
  }

  #annotate({ level, message }: Annotation): void {
    // First line only: the log file has the rest.
    if (level !== 'notice') this.print(`    ${level}: ${message.split('\n')[0]}`)
  }

  #draw(): void {
    if (!this.#out.isTTY || this.#stage === undefined) return
    const seconds = ((performance.now() - this.#stage.start) / 1000).toFixed(0)
    const text = `  … ${this.#stage.name.padEnd(28)} ${seconds.padStart(4)} s  ${this.detail()}${this.#stage.at}`
    this.#out.write(`\r\x1b[2K${text.slice(0, (this.#out.columns ?? 80) - 1)}`)
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K')
  }
}

function logLine(event: RunnerEvent): string {
  const where = [...event.at.job, ...(event.at.step === undefined ? [] : [event.at.step])].join('/')
  if (event.type === 'log') return `${where} | ${event.line}\n`
  if (event.type === 'annotation') return `${where} | ${event.annotation.level}: ${event.annotation.message}\n`
  if (event.type === 'step-finished')
    return `${where} | ${event.name}: ${event.conclusion}, ${event.seconds.toFixed(1)} s\n`
  return `${where} | ${event.type} ${event.name}\n`
}
