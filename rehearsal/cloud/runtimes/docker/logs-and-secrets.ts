// Optional AWS services of the Docker runtime.
import type { Scope } from '../../kernel/call.ts'

/** Destination of the awslogs driver: simulated CloudWatch Logs. */
export interface LogSink {
  /** Creates the stream (and the group, if asked to). Rejects as CloudWatch does when the group does not exist. */
  open(scope: Scope, stream: LogStream, createGroup: boolean): Promise<void>
  write(scope: Scope, stream: LogStream, events: readonly LogEvent[]): Promise<void>
}

export interface LogStream {
  readonly group: string
  readonly stream: string
}

export interface LogEvent {
  readonly timestamp: number
  readonly message: string
}

/** Source of containers' `secrets`: Secrets Manager and Systems Manager. */
export interface SecretSource {
  /** Rejects with AWS's error message when there is none. */
  valueOf(scope: Scope, valueFrom: string): Promise<string>
}
