import type { DeployRecord, ServiceRecord } from '../../../../toolkit/deploy-record.ts'
import { readWorkflowRun, type WorkflowRun } from '../../../../toolkit/github.ts'
import { defined } from '../../../../toolkit/objects.ts'
import { accountOf } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { codeVersion, containersWithNewImage, imagesToAsk } from '../prepare/code-version.ts'
import { type ImageLabels, readImageLabels } from '../prepare/image-labels.ts'
import { imagesToShow } from '../task-definition/images-to-ship.ts'
import { type Outcome, overall, runsNow, startedRollout } from './outcome.ts'

/** Milliseconds since the epoch, by our clock. */
export interface Span {
  readonly startedAt: number
  readonly finishedAt: number
}

/** The deploy record, which other steps and tools read. */
export function toRecord(
  outcomes: readonly Outcome[],
  { inputs, region, env }: Pick<Context, 'inputs' | 'region' | 'env'>,
  { startedAt, finishedAt }: Span,
  labels: ImageLabels = new Map(),
): DeployRecord {
  const { command, environment, waitFor } = inputs
  const run = readWorkflowRun(env)
  const account = outcomes.map(({ plan }) => accountOf(plan.before.serviceArn ?? '')).find((id) => id)
  return {
    schema: 1,
    deployId: deployId(outcomes, run, startedAt),
    kind: command === 'rollback' ? 'rollback' : 'deploy',
    verdict: overall(outcomes),
    waitedFor: waitFor,
    ...(environment === undefined ? {} : { environment }),
    ...(account === undefined ? {} : { account }),
    region,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(finishedAt).toISOString(),
    services: outcomes.map((outcome) => toServiceRecord(outcome, labels)),
    commit: {
      sha: run.sha,
      url: run.commitUrl,
      repository: run.repository,
      repositoryUrl: run.repositoryUrl,
    },
    run: { url: run.url, actor: run.actor, ref: run.refName },
  }
}

/** Unique for each step of each attempt of a run: steps of one job differ by their start. */
function deployId(outcomes: readonly Outcome[], run: WorkflowRun, startedAt: number): string {
  const services = outcomes.map(({ plan }) => plan.name.service).join('.')
  return [run.id || 'local', run.attempt, services.slice(0, 60), startedAt.toString(36)].join('-')
}

function toServiceRecord(outcome: Outcome, labels: ImageLabels): ServiceRecord {
  const { plan, taskDefinition, verdict, watch } = outcome
  const previous = plan.before.taskDefinition
  return {
    cluster: plan.name.cluster,
    service: plan.name.service,
    verdict: verdict.status,
    reason: verdict.reason,
    taskDefinition,
    ...(previous === undefined ? {} : { previousTaskDefinition: previous }),
    ...(watch?.serviceDeploymentArn === undefined ? {} : { serviceDeployment: watch.serviceDeploymentArn }),
    images: imagesToShow(plan.shipped).map(({ container, image }) => ({ container, image })),
    started: startedRollout(outcome),
    ...defined({ runs: runsNow(outcome) || undefined }),
    ...codeOf(plan, labels),
  }
}

/** What the revision and the one before it say about their code. */
function codeOf({ previous, revision: { registration } }: Outcome['plan'], labels: ImageLabels) {
  const containers = containersWithNewImage(previous, registration)
  const { version, commit } = codeVersion(registration, containers, labels)
  const before = previous === undefined ? {} : codeVersion(previous, containers, labels)
  return defined({ version, commit, previousVersion: before.version, previousCommit: before.commit })
}

/** Reads the labels of the images whose revisions do not say which code they run. */
export function readLabels(
  context: Pick<Context, 'aws' | 'env' | 'region' | 'log'>,
  outcomes: readonly Pick<Outcome, 'plan'>[],
): Promise<ImageLabels> {
  const images = outcomes.flatMap(({ plan: { previous, revision } }) => {
    const containers = containersWithNewImage(previous, revision.registration)
    return [revision.registration, ...(previous === undefined ? [] : [previous])].flatMap((registration) =>
      imagesToAsk(registration, containers),
    )
  })
  return readImageLabels(context, images)
}
