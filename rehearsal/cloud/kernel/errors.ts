/** An AWS error: a code, a message and an HTTP status. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error's shape, such as `resourceIds`. */
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, detail: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.detail = detail
  }
}
