import type { RunnerEvent } from './events.ts'
import type { Patience } from './process/spawn.ts'
import type { StandIn } from './stand-in.ts'

/** What set the run off. */
export type Trigger = Push | Dispatch

interface Occasion {
  /** Such as `refs/heads/main` or `refs/tags/v1.2.3`. */
  readonly ref: string
  readonly sha: string
  readonly actor: string
}

/** A push of a branch or a tag. */
export interface Push extends Occasion {
  readonly event: 'push'
  readonly before: string
  readonly message: string
}

/** A person, who started it by hand: with the button, or with `gh workflow run`. */
export interface Dispatch extends Occasion {
  readonly event: 'workflow_dispatch'
  readonly inputs: Readonly<Record<string, string>>
}

export interface Settings {
  readonly secrets: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
}

export interface RunOptions {
  /** The folder of the git repository that the workflow belongs to. Jobs start empty, and check it out. */
  readonly source: string
  /** Its name on GitHub, such as `acme/web`. */
  readonly repository: string
  /** The workflow file, relative to `source`. */
  readonly workflow: string
  readonly trigger: Trigger
  /** The repository's secrets and variables. GITHUB_TOKEN is one of the secrets. */
  readonly settings: Settings
  /** What GitHub environments add to them, by the environment's name. */
  readonly environments: Readonly<Record<string, Settings>>
  /** Where other repositories that are named in `uses:` lie on this machine, by `owner/name`; any ref gives the folder. */
  readonly repositories: Readonly<Record<string, string>>
  /** What runs in place of actions that need GitHub or the internet, by `owner/name`. */
  readonly standIns: Readonly<Record<string, StandIn>>
  /** The runner machine's environment, PATH included. Nothing else of this process's environment reaches a step. */
  readonly env: Readonly<Record<string, string>>
  /** The folder that jobs work in, for a run whose workflow checks nothing out. Otherwise each job has an empty one of its own. */
  readonly workspace?: string
  /** Where workspaces and temporary files go. */
  readonly temp: string
  /** The Node 24 binary that actions run on. */
  readonly node: string
  readonly runNumber: number
  readonly on: (event: RunnerEvent) => void
  /** Cancels the run, as the button on GitHub does. */
  readonly cancel?: AbortSignal
  readonly patience?: Patience
  /** A cancelled run is cut off after this long, whatever still goes on. GitHub gives it 5 minutes. */
  readonly cutOffMs?: number
}
