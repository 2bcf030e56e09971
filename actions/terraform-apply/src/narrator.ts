import { join } from 'node:path'
import type { Log } from '../../../toolkit/log.ts'
import { type Diagnostic, plainText, type StreamEvent, type StreamOutput } from './stream.ts'

/** Tells people what Terraform says, as it says it, and remembers what matters afterwards. */
export class Narrator {
  readonly diagnostics: Diagnostic[] = []
  /** As an apply gives them at its end. */
  outputs: Readonly<Record<string, StreamOutput>> | undefined
  readonly #log: Log
  readonly #path: string

  /** @param path the working directory as the repository knows it: annotations need whole paths. */
  constructor(log: Log, path: string) {
    this.#log = log
    this.#path = path
  }

  tell(event: StreamEvent): void {
    if (event.outputs !== undefined) this.outputs = event.outputs
    if (event.diagnostic === undefined) this.#log.info(plainText(event['@message']))
    else this.#diagnose(event.diagnostic)
  }

  get errors(): readonly Diagnostic[] {
    return this.diagnostics.filter(({ severity }) => severity === 'error')
  }

  #diagnose(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic)
    const { severity, summary, detail = '', address, range } = diagnostic
    const about = address === undefined ? '' : `${address}: `
    this.#log[severity](detail === '' ? `${about}${summary}` : `${about}${detail}`, {
      title: summary,
      ...(range === undefined
        ? {}
        : { file: join(this.#path, range.filename), startLine: range.start.line, startColumn: range.start.column }),
    })
  }
}
