import { relative, resolve } from 'node:path'
import type { AnnotationLocation, Log } from '../../../../toolkit/log.ts'
import type { RootModule } from '../inputs/root-module.ts'
import type { Scrub } from '../plan-json/sensitive-values.ts'
import { InFlight } from './in-flight.ts'
import {
  type Counts,
  type Diagnostic,
  parseEvent,
  plainText,
  type StreamEvent,
  type StreamOutput,
} from './json-events.ts'

/** The log line of an event; `undefined` for none. */
export type Phrase = (event: StreamEvent) => string | undefined

export interface EventLoggerOptions {
  readonly log: Log
  /** Annotations name files relative to the repository. */
  readonly rootModule: Pick<RootModule, 'repository' | 'directory'>
  readonly phrase?: Phrase
  /** Receives every event before it is logged. */
  readonly watch?: { started(pid: number): void; see(event: StreamEvent): void }
  readonly scrub?: Scrub
  /** Diagnostics that the caller handles: they are logged without an annotation. */
  readonly expected?: (diagnostic: Diagnostic) => boolean
  /** Keeps diagnostics back until `logHeld`: what is secret in them is known only once the plan can be read. */
  readonly hold?: boolean
}

/** Logs Terraform's output as it comes, and collects diagnostics, outputs and counts. */
export class EventLogger {
  readonly diagnostics: Diagnostic[] = []
  /** The outputs that an apply prints at its end. */
  outputs: Readonly<Record<string, StreamOutput>> | undefined
  /** The line in which Terraform printed a state that it could write nowhere else. */
  printedState: string | undefined
  /** What a completed apply did; an interrupted one prints no counts. */
  applied: Counts | undefined
  readonly #inFlight = new InFlight()
  readonly #log: Log
  readonly #rootModule: EventLoggerOptions['rootModule']
  readonly #phrase: Phrase
  #scrub: Scrub
  readonly #watch: EventLoggerOptions['watch']
  readonly #expected: NonNullable<EventLoggerOptions['expected']>
  #hold: boolean

  constructor({
    log,
    rootModule,
    watch,
    phrase = (event) => event['@message'],
    scrub = (text) => text,
    expected = () => false,
    hold = false,
  }: EventLoggerOptions) {
    this.#watch = watch
    this.#log = log
    this.#rootModule = rootModule
    this.#phrase = phrase
    this.#scrub = scrub
    this.#expected = expected
    this.#hold = hold
  }

  /** The process that the following lines come from. */
  started(pid: number): void {
    this.#watch?.started(pid)
  }

  /** Logs a line of output: an event, or plain text. A line that we do not understand must not end the wait for Terraform. */
  line(line: string): void {
    const event = parseEvent(line)
    if (event?.state !== undefined) this.printedState = line
    try {
      if (event !== undefined) this.event(event)
      else if (line.trim() !== '') this.#info(line)
    } catch (error) {
      this.#log.warning(this.#scrub(`A line of Terraform's output could not be read: ${error}`))
    }
  }

  event(event: StreamEvent): void {
    this.#watch?.see(event)
    this.#inFlight.see(event)
    if (event.outputs !== undefined) this.outputs = event.outputs
    if (event.changes !== undefined && event.changes.operation !== 'plan') this.applied = event.changes
    if (event.diagnostic !== undefined) {
      this.#diagnostic(event.diagnostic)
      return
    }
    const line = this.#phrase(event)
    if (line !== undefined) this.#info(line)
  }

  get errors(): readonly Diagnostic[] {
    return this.diagnostics.filter(({ severity }) => severity === 'error')
  }

  /** The addresses that are being created or changed now. */
  get inProgress(): readonly string[] {
    return this.#inFlight.addresses.map(this.#scrub)
  }

  /** The addresses that an interrupt cut short. */
  get cutShort(): readonly string[] {
    return this.#inFlight.cutShort.map(this.#scrub)
  }

  #info(line: string): void {
    this.#log.info(this.#scrub(plainText(line)))
  }

  #diagnostic(printed: Diagnostic): void {
    const { summary, detail = '', address } = printed
    const scrubbed = address === undefined ? {} : { address: this.#scrub(address) }
    const diagnostic = { ...printed, summary: this.#scrub(summary), detail: this.#scrub(detail), ...scrubbed }
    this.diagnostics.push(diagnostic)
    if (!this.#hold) this.#annotate(diagnostic)
  }

  /** Logs the diagnostics that were held back, scrubbed. */
  logHeld(scrub: Scrub): void {
    this.#hold = false
    this.#scrub = scrub
    for (const diagnostic of this.diagnostics.splice(0)) this.#diagnostic(diagnostic)
  }

  #annotate(diagnostic: Diagnostic): void {
    const { severity, summary, detail, address, range } = diagnostic
    const prefix = address === undefined ? '' : `${address}: `
    const text = `${prefix}${detail === '' ? summary : detail}`
    if (this.#expected(diagnostic)) this.#log.info(text)
    else this.#log[severity](text, { title: summary, ...this.#placeOf(range) })
  }

  /** File and line in the repository. A file outside it, such as our own variables file, cannot be annotated. */
  #placeOf(range: Diagnostic['range']): AnnotationLocation {
    if (range === undefined) return {}
    const { repository, directory } = this.#rootModule
    const file = relative(repository, resolve(directory, range.filename))
    return /^\.\.(\/|$)/.test(file) ? {} : { file, startLine: range.start.line, startColumn: range.start.column }
  }
}
