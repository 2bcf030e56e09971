import type { Permissions } from './syntax/permissions.ts'

/** Simulates an action that needs GitHub itself or the internet. */
export interface StandIn {
  /** Supported inputs. Others are refused, so that a rehearsal never ignores an input of a workflow. */
  readonly inputs: readonly string[]
  run(call: StandInCall): Promise<StandInResult>
}

export interface StandInCall {
  readonly inputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly github: Readonly<Record<string, unknown>>
  readonly permissions: Permissions
  readonly workspace: string
  /** The repository's folder on this machine. */
  readonly source: string
  /** Prints a line to the step's log. */
  readonly log: (line: string) => void
  readonly mask: (secret: string) => void
}

export interface StandInResult {
  readonly outputs?: Readonly<Record<string, string>>
  /** Variables for the steps that follow. */
  readonly env?: Readonly<Record<string, string>>
}
