import type { WorkflowRun } from '../../../../toolkit/github.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Deploy, DeployedChange, DeployedService, DeployOverrides, Status } from './deploy.ts'

/** What is told of a deploy that has no record. */
export interface ToldDeploy extends DeployOverrides {
  readonly status: Status
  /** `false`: the job ended before the deploy. */
  readonly started: boolean
  readonly kind: Deploy['kind']
  /** Milliseconds since the epoch. Default: now. */
  readonly startedAt?: number
  readonly finishedAt?: number
  /** Where the commit is, if not in the repository of the run. */
  readonly repositoryUrl?: string
}

/** A deploy without a record: one that is about to start, one that did not start, or one that another tool does. */
export function deployOfRun(run: WorkflowRun, told: ToldDeploy, change: DeployedChange, now: number): Deploy {
  const { status, started, kind, repositoryUrl = run.repositoryUrl } = told
  // The commit of a run that rolls back is not the one that it goes back to.
  const isOwn = told.commit === undefined && kind === 'deploy' && repositoryUrl === run.repositoryUrl
  const sha = told.commit ?? (isOwn ? run.sha : '')
  const code = defined({ version: told.version, commit: sha === '' ? undefined : sha })
  const ownChange = sha === run.sha ? change : {}
  // After any other end it is not known what runs.
  const isLive = status === 'started' || (status === 'succeeded' && started)
  return {
    id: told.id ?? idOfRun(run, told.environment),
    kind,
    awaited: true,
    status,
    ...defined({ environment: told.environment, team: told.team }),
    services: told.services.map(
      (name): DeployedService => ({
        name,
        status,
        images: [],
        started,
        code,
        previousCode: {},
        runs: { code: isLive ? code : {} },
      }),
    ),
    startedAt: told.startedAt ?? told.finishedAt ?? now,
    ...(status === 'started' ? {} : { finishedAt: told.finishedAt ?? now }),
    commit: {
      sha,
      url: sha === '' || repositoryUrl === '' ? '' : `${repositoryUrl}/commit/${sha}`,
      repositoryUrl,
      ...defined({ message: ownChange.message }),
    },
    ...defined({ pullRequest: ownChange.pullRequest }),
    ...defined({ scheduled: change.scheduled }),
    run: { url: run.url, actor: run.actor, ref: run.refName },
  }
}

const idOfRun = (run: WorkflowRun, environment: string | undefined) =>
  [run.repository, run.id, run.attempt, environment].filter((part) => part !== undefined && part !== '').join('-')
