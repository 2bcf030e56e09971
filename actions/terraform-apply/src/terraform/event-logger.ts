import { relative, resolve } from 'node:path'
import type { Log, Place } from '../../../../toolkit/log.ts'
import type { StackInputs } from '../inputs/inputs.ts'
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

/** What a narrator says of an event; `undefined` for nothing. */
export type Phrase = (event: StreamEvent) => string | undefined

export interface NarratorOptions {
  readonly log: Log
  /** Annotations name files as the repository knows them. */
  readonly stack: Pick<StackInputs, 'root' | 'directory'>
  readonly phrase?: Phrase
  /** Sees every event first. */
  readonly watch?: { started(pid: number): void; see(event: StreamEvent): void }
  readonly scrub?: Scrub
  /** A diagnostic that is no trouble to anybody: it is told without an annotation. */
  readonly expected?: (diagnostic: Diagnostic) => boolean
  /** Holds diagnostics back until `tellHeld`: what is secret in them is known only once the plan can be read. */
  readonly hold?: boolean
}

/** Tells people what Terraform says, as it says it, and remembers what matters afterwards. */
export class Narrator {
  readonly diagnostics: Diagnostic[] = []
  /** As an apply gives them at its end. */
  outputs: Readonly<Record<string, StreamOutput>> | undefined
  /** The line with a state that Terraform could save nowhere. */
  dumped: string | undefined
  /** Said at the end of an apply that went through; an interrupted one has none. */
  applied: Counts | undefined
  readonly #inFlight = new InFlight()
  readonly #log: Log
  readonly #stack: NarratorOptions['stack']
  readonly #phrase: Phrase
  #scrub: Scrub
  readonly #watch: NarratorOptions['watch']
  readonly #expected: NonNullable<NarratorOptions['expected']>
  #hold: boolean

  constructor({
    log,
    stack,
    watch,
    phrase = (event) => event['@message'],
    scrub = (text) => text,
    expected = () => false,
    hold = false,
  }: NarratorOptions) {
    this.#watch = watch
    this.#log = log
    this.#stack = stack
    this.#phrase = phrase
    this.#scrub = scrub
    this.#expected = expected
    this.#hold = hold
  }

  /** From here on its lines come from this process. */
  started(pid: number): void {
    this.#watch?.started(pid)
  }

  /**
   * A line of Terraform's: an event, or plain text where it has no better way to say it. One that we do not understand is no
   * reason to leave Terraform alone.
   */
  hear(line: string): void {
    const event = parseEvent(line)
    if (event?.state !== undefined) this.dumped = line
    try {
      if (event !== undefined) this.tell(event)
      else if (line.trim() !== '') this.#say(line)
    } catch (error) {
      this.#log.warning(this.#scrub(`Terraform said something that this action does not understand: ${error}`))
    }
  }

  tell(event: StreamEvent): void {
    this.#watch?.see(event)
    this.#inFlight.see(event)
    if (event.outputs !== undefined) this.outputs = event.outputs
    if (event.changes !== undefined && event.changes.operation !== 'plan') this.applied = event.changes
    if (event.diagnostic !== undefined) {
      this.#diagnose(event.diagnostic)
      return
    }
    const line = this.#phrase(event)
    if (line !== undefined) this.#say(line)
  }

  get errors(): readonly Diagnostic[] {
    return this.diagnostics.filter(({ severity }) => severity === 'error')
  }

  /** The addresses of what is being created or changed now. */
  get underWay(): readonly string[] {
    return this.#inFlight.addresses.map(this.#scrub)
  }

  /** The addresses of what an interrupt cut short. */
  get cutShort(): readonly string[] {
    return this.#inFlight.cutShort.map(this.#scrub)
  }

  #say(line: string): void {
    this.#log.info(this.#scrub(plainText(line)))
  }

  #diagnose(said: Diagnostic): void {
    const { summary, detail = '', address } = said
    const scrubbed = address === undefined ? {} : { address: this.#scrub(address) }
    const diagnostic = { ...said, summary: this.#scrub(summary), detail: this.#scrub(detail), ...scrubbed }
    this.diagnostics.push(diagnostic)
    if (!this.#hold) this.#show(diagnostic)
  }

  /** Tells what was held back, with what is secret taken out. */
  tellHeld(scrub: Scrub): void {
    this.#hold = false
    this.#scrub = scrub
    for (const said of this.diagnostics.splice(0)) this.#diagnose(said)
  }

  #show(diagnostic: Diagnostic): void {
    const { severity, summary, detail, address, range } = diagnostic
    const about = address === undefined ? '' : `${address}: `
    const text = `${about}${detail === '' ? summary : detail}`
    if (this.#expected(diagnostic)) this.#log.info(text)
    else this.#log[severity](text, { title: summary, ...this.#placeOf(range) })
  }

  /** What is outside the repository, such as a file of our own, has no line to show the message on. */
  #placeOf(range: Diagnostic['range']): Place {
    if (range === undefined) return {}
    const { root, directory } = this.#stack
    const file = relative(root, resolve(directory, range.filename))
    return /^\.\.(\/|$)/.test(file) ? {} : { file, startLine: range.start.line, startColumn: range.start.column }
  }
}
