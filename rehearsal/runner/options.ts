import type { RunnerEvent } from './events.ts'
import type { StopTimeouts } from './process/spawn.ts'
import type { StandIn } from './stand-in.ts'

/** The event that triggers the run. */
export type Trigger = Push | Dispatch

interface TriggerBase {
  /** Such as `refs/heads/main` or `refs/tags/v1.2.3`. */
  readonly ref: string
  readonly sha: string
  readonly actor: string
}

/** A push of a branch or a tag. */
export interface Push extends TriggerBase {
  readonly event: 'push'
  readonly before: string
  readonly message: string
}

/** A manual run: "Run workflow" on GitHub, or `gh workflow run`. */
export interface Dispatch extends TriggerBase {
  readonly event: 'workflow_dispatch'
  readonly inputs: Readonly<Record<string, string>>
}

export interface Settings {
  readonly secrets: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
}

export interface RunOptions {
  /** Folder of the workflow's git repository. Jobs start with an empty workspace and check it out. */
  readonly source: string
  /** Its name on GitHub, such as `acme/web`. */
  readonly repository: string
  /** The workflow file, relative to `source`. */
  readonly workflow: string
  readonly trigger: Trigger
  /** The repository's secrets and variables. GITHUB_TOKEN is one of the secrets. */
  readonly settings: Settings
  /** Secrets and variables of GitHub environments, by the environment's name. They override those of the repository. */
  readonly environments: Readonly<Record<string, Settings>>
  /** Folders of other repositories that `uses:` names, by `owner/name`. Refs are ignored. */
  readonly repositories: Readonly<Record<string, string>>
  /** Stand-ins for actions that need GitHub or the internet, by `owner/name`. */
  readonly standIns: Readonly<Record<string, StandIn>>
  /** Environment of the runner's machine, with PATH. Steps get nothing else of this process's environment. */
  readonly env: Readonly<Record<string, string>>
  /** Workspace of all jobs, for a workflow without a checkout. Default: a new, empty folder for each job. */
  readonly workspace?: string
  /** Folder for workspaces and temporary files. */
  readonly temp: string
  /** The Node 24 binary that actions run on. */
  readonly node: string
  readonly runNumber: number
  readonly on: (event: RunnerEvent) => void
  /** Cancels the run, as "Cancel workflow" on GitHub does. */
  readonly cancel?: AbortSignal
  readonly stopTimeouts?: StopTimeouts
  /** A cancelled run ends at the latest after this time, in milliseconds. Default: 5 minutes, as on GitHub. */
  readonly cutOffMs?: number
}
