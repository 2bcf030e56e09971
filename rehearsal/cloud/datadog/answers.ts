import type { Answer } from '../kernel/call.ts'

/** A request that Datadog refuses. */
export class DatadogError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'DatadogError'
    this.status = status
  }
}

export const writeDatadogError = ({ status, message }: DatadogError): Answer => json(status, { errors: [message] })

export const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})
