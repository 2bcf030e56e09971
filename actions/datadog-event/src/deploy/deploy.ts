import { createHash } from 'node:crypto'
import { VERDICTS } from '../../../../toolkit/deploy-record.ts'
import { cut } from './safe-text.ts'

/** Where a deploy stands: it has begun, or it has ended in one of deploy-ecs's verdicts. */
export const STATUSES = ['started', ...VERDICTS] as const
export type Status = (typeof STATUSES)[number]

/** Version and commit of code, each only if it is known. */
export interface Code {
  readonly version?: string
  readonly commit?: string
}

export interface DeployedService {
  readonly name: string
  /** How the deploy of this service ended; others of the same deploy may have ended otherwise. */
  readonly status: Status
  readonly cluster?: string
  readonly reason?: string
  readonly taskDefinition?: string
  readonly previousTaskDefinition?: string
  readonly images: readonly string[]
  /** `false`: nothing was rolled out. */
  readonly started: boolean
  /** What the deploy brings. */
  readonly code: Code
  readonly previousCode: Code
  /** What the service runs at the end of the deploy; of a deploy that has begun, what it shall run. */
  readonly runs: { readonly taskDefinition?: string; readonly code: Code }
}

export interface PullRequest {
  readonly number: number
  readonly url: string
}

/** The facts of a deploy, from which all its messages are made. */
export interface Deploy {
  readonly id: string
  /** `rollback`: to an older revision. */
  readonly kind: 'deploy' | 'rollback'
  readonly status: Status
  /** `false` where ECS accepted the deploy and its end was not awaited. */
  readonly awaited: boolean
  readonly environment?: string
  readonly team?: string
  readonly account?: string
  readonly region?: string
  /** At least one. */
  readonly services: readonly DeployedService[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly finishedAt?: number
  readonly commit: {
    readonly sha: string
    readonly url: string
    readonly repositoryUrl: string
    readonly message?: string
  }
  readonly pullRequest?: PullRequest
  readonly run: { readonly url: string; readonly actor: string; readonly ref: string }
  /** The run was started by its schedule. */
  readonly scheduled?: boolean
  /** What came after the deploy, in a sentence. */
  readonly note?: string
  /** The rollback of this deploy that a later step did. */
  readonly rollback?: Deploy
}

/** Facts of a deploy from inputs, which win over its record. */
export interface DeployOverrides {
  readonly id?: string
  readonly status?: Status
  readonly services: readonly string[]
  readonly environment?: string
  readonly version?: string
  readonly commit?: string
  readonly team?: string
  readonly note?: string
}

/** What was changed, from the event that started the workflow. */
export interface DeployedChange {
  readonly message?: string
  readonly pullRequest?: PullRequest
  /** The run was started by its schedule. */
  readonly scheduled?: boolean
}

/** The deploy that another one undoes: by its id, by its version, or the version that ran before, as the record has it. */
export type RollsBack = { readonly deployId: string } | { readonly version: string | undefined }

/** The text that names code in Datadog's tag `version`: the version, else the commit. */
export const nameOfCode = ({ version, commit }: Code): string | undefined => version ?? commit

/** The values that there are, each once. */
export const distinct = (values: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value): value is string => value !== undefined && value !== '')),
]

/** The value of all that have one; `undefined` where they differ. */
export function agreed(values: readonly (string | undefined)[]): string | undefined {
  const [value, ...others] = distinct(values)
  return others.length === 0 ? value : undefined
}

/** The key that ties a deploy's events together: its id, and where that is longer than Datadog takes, most of it. */
export function aggregationKey(id: string): string {
  if (id.length <= 100) return id
  return `${cut(id, 88).slice(0, -1)}-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`
}
