import type { WorkflowRun } from '../../../../toolkit/github.ts'
import { defined } from '../../../../toolkit/objects.ts'
import type { Deploy, DeployedChange, DeployedService, DeployOverrides, Status } from './deploy.ts'

/** What is told of a deploy that has no record. */
export interface ToldDeploy extends DeployOverrides {
  readonly status: Status
  /** `false`: the job ended before the deploy. */
  readonly started: boolean
}

/** A deploy without a record: one that is about to start, one that did not start, or one that another tool does. */
export function deployOfRun(run: WorkflowRun, told: ToldDeploy, change: DeployedChange, now: number): Deploy {
  const { status, started } = told
  const code = defined({ version: told.version, commit: run.sha === '' ? undefined : run.sha })
  // After any other end it is not known what runs.
  const isLive = status === 'started' || (status === 'succeeded' && started)
  return {
    id: told.id ?? idOfRun(run, told.environment),
    kind: 'deploy',
    awaited: true,
    status,
    ...defined({ environment: told.environment, team: told.team }),
    services: told.services.map(
      (name): DeployedService => ({
        name,
        images: [],
        started,
        code,
        previousCode: {},
        runs: { code: isLive ? code : {} },
      }),
    ),
    startedAt: now,
    ...(status === 'started' ? {} : { finishedAt: now }),
    commit: {
      sha: run.sha,
      url: run.commitUrl,
      repositoryUrl: run.repositoryUrl,
      ...defined({ message: change.message }),
    },
    ...defined({ pullRequest: change.pullRequest }),
    ...defined({ scheduled: change.scheduled }),
    run: { url: run.url, actor: run.actor, ref: run.refName },
  }
}

const idOfRun = (run: WorkflowRun, environment: string | undefined) =>
  [run.repository, run.id, run.attempt, environment].filter((part) => part !== undefined && part !== '').join('-')
