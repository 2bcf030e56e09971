import { join } from 'node:path'
import type { Log } from '../../../toolkit/log.ts'
import { type Counts, type Diagnostic, parseEvent, plainText, type StreamEvent, type StreamOutput } from './stream.ts'

/** What a narrator says of an event; `undefined` for nothing. */
export type Phrase = (event: StreamEvent) => string | undefined

export interface NarratorOptions {
  readonly log: Log
  /** The working directory as the repository knows it: annotations need whole paths. */
  readonly path: string
  readonly phrase?: Phrase
  /** Sees every event first. */
  readonly watch?: { started(pid: number): void; see(event: StreamEvent): void }
  /** Takes secrets out of a text. */
  readonly scrub?: (text: string) => string
}

/** Tells people what Terraform says, as it says it, and remembers what matters afterwards. */
export class Narrator {
  readonly diagnostics: Diagnostic[] = []
  /** As an apply gives them at its end. */
  outputs: Readonly<Record<string, StreamOutput>> | undefined
  /** Said at the end of an apply that went through; an interrupted one has none. */
  applied: Counts | undefined
  readonly #log: Log
  readonly #path: string
  readonly #phrase: Phrase
  readonly #scrub: (text: string) => string
  readonly #watch: NarratorOptions['watch']

  constructor({ log, path, watch, phrase = (event) => event['@message'], scrub = (text) => text }: NarratorOptions) {
    this.#watch = watch
    this.#log = log
    this.#path = path
    this.#phrase = phrase
    this.#scrub = scrub
  }

  /** From here on its lines come from this process. */
  started(pid: number): void {
    this.#watch?.started(pid)
  }

  /** A line of Terraform's: an event, or plain text where it has no better way to say it. */
  hear(line: string): void {
    const event = parseEvent(line)
    if (event !== undefined) this.tell(event)
    else if (line.trim() !== '') this.#say(line)
  }

  tell(event: StreamEvent): void {
    this.#watch?.see(event)
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

  #say(line: string): void {
    this.#log.info(this.#scrub(plainText(line)))
  }

  #diagnose(said: Diagnostic): void {
    const diagnostic = { ...said, summary: this.#scrub(said.summary), detail: this.#scrub(said.detail ?? '') }
    this.diagnostics.push(diagnostic)
    const { severity, summary, detail, address, range } = diagnostic
    const about = address === undefined ? '' : `${address}: `
    this.#log[severity](`${about}${detail === '' ? summary : detail}`, {
      title: summary,
      ...(range === undefined
        ? {}
        : { file: join(this.#path, range.filename), startLine: range.start.line, startColumn: range.start.column }),
    })
  }
}
