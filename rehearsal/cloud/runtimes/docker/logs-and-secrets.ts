// What the Docker runtime needs of the rest of AWS, and can do without.
import type { Scope } from '../../kernel/call.ts'

/** Where the awslogs driver sends what containers write. */
export interface LogSink {
  /** Makes the stream (and the group, if asked to). Rejects in CloudWatch's words when the group does not exist. */
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

/** Where `secrets` of containers come from: Secrets Manager and Systems Manager. */
export interface SecretSource {
  /** Rejects in AWS's words when there is none. */
  valueOf(scope: Scope, valueFrom: string): Promise<string>
}
