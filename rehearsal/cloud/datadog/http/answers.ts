import type { Answer } from '../../kernel/call.ts'

/** The response of an endpoint, and its entry in the journal. */
export interface RecordedAnswer {
  readonly answer: Answer
  readonly record: object
}

/** An error of Datadog's API. */
export class DatadogError extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'DatadogError'
    this.status = status
    this.headers = headers
  }
}

/** Errors are texts in version 1 of the API, and JSON:API objects in version 2. Errors about keys are texts in both. */
export function writeDatadogError({ status, message, headers }: DatadogError, path: string): Answer {
  const words = !path.startsWith('/api/v2/') || status === 403 || status === 429
  const errors = words
    ? [message]
    : [{ status: String(status), title: TITLES[status] ?? 'Generic Error', detail: message }]
  const answer = json(status, { errors })
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

const TITLES: Readonly<Record<number, string>> = { 400: 'Bad Request', 404: 'Not Found' }

export const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-slipway-rehearsal': 'datadog' },
  body: JSON.stringify(value),
})
