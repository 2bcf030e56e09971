/** Details of an error besides its message. */
export interface ErrorDetail {
  /** What to do next. */
  readonly hint?: string
  readonly cause?: unknown
}

/** An error to show to the user: what was wrong, and what to do about it. */
export class SlipwayError extends Error {
  readonly hint: string | undefined

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = new.target.name
    this.hint = detail.hint
  }
}

/** An input is missing or malformed. Nothing has been changed yet. */
export class InputError extends SlipwayError {
  readonly input: string

  constructor(input: string, problem: string, detail: ErrorDetail = {}) {
    super(`Input \`${input}\` ${problem}`, detail)
    this.input = input
  }
}

/** The workflow run was cancelled. */
export class CancelledError extends SlipwayError {}

/** Something did not happen in time. */
export class TimedOutError extends SlipwayError {}

/**
 * An error as one text for a log: its message, what caused it, and the next step.
 * Causes whose text the message already contains are not repeated.
 */
export function describeError(error: unknown): string {
  const lines: string[] = []
  let hint: string | undefined
  for (let current: unknown = error, depth = 0; current !== undefined && depth < 8; depth++) {
    const text = errorMessage(current)
    if (!lines.some((line) => line.includes(text))) lines.push(lines.length === 0 ? text : `Caused by: ${text}`)
    if (current instanceof SlipwayError) hint ??= current.hint
    current = current instanceof Error ? current.cause : undefined
  }
  if (hint !== undefined) lines.push(`Next: ${hint}`)
  return lines.join('\n')
}

/** The message of an error, or of whatever else was thrown. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  // Node reports a refused connection to a name with two addresses as an AggregateError without a message.
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join('; ')
  return error.name
}
