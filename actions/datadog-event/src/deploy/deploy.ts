import { createHash } from 'node:crypto'
import { type DeployRecord, VERDICTS } from '../../../../toolkit/deploy-record.ts'
import type { WorkflowRun } from '../../../../toolkit/github.ts'
import { parseReference } from '../../../../toolkit/image-reference.ts'
import { cut } from './safe-text.ts'

/** Where a deploy stands: it has begun, or it has ended in one of deploy-ecs's verdicts. */
export const STATUSES = ['started', ...VERDICTS] as const
export type Status = (typeof STATUSES)[number]

export interface DeployedService {
  readonly name: string
  readonly cluster?: string
  readonly reason?: string
  readonly taskDefinition?: string
  readonly previousTaskDefinition?: string
  readonly images: readonly string[]
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
  readonly version?: string
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
}

/** Facts of a deploy from inputs, which win over its record. */
export interface DeployOverrides {
  readonly id?: string
  readonly status?: Status
  readonly services: readonly string[]
  readonly environment?: string
  readonly version?: string
  readonly team?: string
}

/** What was changed, from the event that started the workflow. */
export interface DeployedChange {
  readonly message?: string
  readonly pullRequest?: PullRequest
}

/** A deploy as deploy-ecs recorded it. */
export function deployOfRecord(record: DeployRecord, overrides: DeployOverrides, change: DeployedChange): Deploy {
  const names = overrides.services
  return {
    ...described(overrides, record.environment, imageTag(record)),
    id: overrides.id ?? record.deployId,
    kind: record.kind ?? 'deploy',
    awaited: record.waitedFor !== 'none',
    status: overrides.status ?? record.verdict,
    ...(record.account === undefined ? {} : { account: record.account }),
    region: record.region,
    services: record.services.map((service, index) => ({
      // One name given for one service is Datadog's name for it, where that is not the one of ECS.
      name: names.length === record.services.length ? (names[index] ?? service.service) : service.service,
      cluster: service.cluster,
      reason: service.reason,
      taskDefinition: service.taskDefinition,
      ...(service.previousTaskDefinition === undefined
        ? {}
        : { previousTaskDefinition: service.previousTaskDefinition }),
      images: service.images.map(({ image }) => image),
    })),
    startedAt: Date.parse(record.startedAt),
    finishedAt: Date.parse(record.finishedAt),
    commit: { ...record.commit, ...(change.message === undefined ? {} : { message: change.message }) },
    ...(change.pullRequest === undefined ? {} : { pullRequest: change.pullRequest }),
    run: record.run,
  }
}

/** A deploy without a record: one that is about to start, or one that another tool does. */
export function deployOfRun(
  run: WorkflowRun,
  status: Status,
  overrides: DeployOverrides,
  change: DeployedChange,
  now: number,
): Deploy {
  return {
    ...described(overrides, undefined, undefined),
    id: overrides.id ?? idOfRun(run, overrides.environment),
    kind: 'deploy',
    awaited: true,
    status,
    services: overrides.services.map((name) => ({ name, images: [] })),
    startedAt: now,
    ...(status === 'started' ? {} : { finishedAt: now }),
    commit: {
      sha: run.sha,
      url: run.commitUrl,
      repositoryUrl: run.repositoryUrl,
      ...(change.message === undefined ? {} : { message: change.message }),
    },
    ...(change.pullRequest === undefined ? {} : { pullRequest: change.pullRequest }),
    run: { url: run.url, actor: run.actor, ref: run.refName },
  }
}

function described(overrides: DeployOverrides, environment: string | undefined, version: string | undefined) {
  const known = {
    environment: overrides.environment ?? environment,
    version: overrides.version ?? version,
    team: overrides.team,
  }
  return {
    ...(known.environment === undefined ? {} : { environment: known.environment }),
    ...(known.version === undefined ? {} : { version: known.version }),
    ...(known.team === undefined ? {} : { team: known.team }),
  }
}

const idOfRun = (run: WorkflowRun, environment: string | undefined) =>
  [run.repository, run.id, run.attempt, environment].filter((part) => part !== undefined && part !== '').join('-')

/** The tag that the images share, as `registry/web:1.4.2@sha256:…` has it: what people call the version. */
function imageTag(record: DeployRecord): string | undefined {
  const tags = record.services.flatMap(({ images }) => images.map(({ image }) => tagOf(image)))
  return new Set(tags).size === 1 ? tags[0] : undefined
}

function tagOf(image: string): string | undefined {
  const reference = parseReference(image)
  return reference.kind === 'reference' ? reference.tag : undefined
}

/** The key that ties a deploy's events together: its id, and where that is longer than Datadog takes, most of it. */
export function aggregationKey(id: string): string {
  if (id.length <= 100) return id
  return `${cut(id, 88).slice(0, -1)}-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`
}
