// One deploy: simulates the push, runs its workflow in the rehearsal runner, and checks it against the journal.
import { join } from 'node:path'
import type { JobResult, StepResult } from '../../runner/contexts/state.ts'
import type { RunResult } from '../../runner/run-workflow.ts'
import { runWorkflow } from '../../runner/run-workflow.ts'
import { standIns } from '../../stand-ins/index.ts'
import { checkDeploy, type DeployCheck, eventOf, type ReportedDeploy } from '../checks/deploy-outcome.ts'
import { checkHealthyTag, healthyTag } from '../checks/healthy-tag.ts'
import { type Entry, readJournal } from '../checks/journal.ts'
import type { Progress } from '../report/progress.ts'
import { type Stage, stagesOf } from '../report/stages.ts'
import type { CloudProcess } from '../setup/cloud-process.ts'
import { rehearsedSettings } from '../setup/github-settings.ts'
import { machineEnvironment } from '../setup/machine-environment.ts'
import type { SourceRepository } from '../setup/source-repository.ts'
import type { PushEvent } from './push-events.ts'

/** What all deploys of a rehearsal use. */
export interface RehearsalSetup {
  readonly root: string
  /** Folder for the rehearsal's files. */
  readonly folder: string
  readonly cloud: CloudProcess
  readonly source: SourceRepository
  readonly baseImage: string
  readonly progress: Progress
  /** Whether the workflow watches Datadog's monitors after each deploy. */
  readonly watchMonitors: boolean
  readonly interrupted: AbortSignal
}

/** One run of a workflow. */
export interface Run {
  readonly name: string
  readonly conclusion: RunResult['conclusion']
  readonly reported: ReportedDeploy
  readonly stages: readonly Stage[]
  readonly seconds: number
  readonly outputs: Readonly<Record<string, string>>
  /** The journal's entries of the run. */
  readonly entries: readonly Entry[]
}

export interface Deployed extends Run, DeployCheck {
  readonly image: string
  readonly taskDefinition: string
}

/** An interrupted rehearsal waits 20 s for its workflow, not 5 minutes as GitHub. */
const cutOffMs = 20_000

/** Runs a deploy that is expected to succeed, and checks it. */
export async function deploy(number: number, name: string, push: PushEvent, setup: RehearsalSetup): Promise<Deployed> {
  const run = await runPush(number, name, push, setup)
  const { reported, conclusion, entries } = run
  const check = checkDeploy(entries, reported)
  const tag = healthyTag(push.environment, push.commit.sha)
  const failures = conclusion === 'success' ? checkHealthyTag(entries, tag) : [`the workflow ended with ${conclusion}`]
  // A workflow that failed before its rollout has no more problems to find.
  const found =
    failures.length > 0 && reported.taskDefinition === ''
      ? failures
      : [...failures, ...check.problems, ...eventProblems(entries)]
  return {
    ...run,
    image: reported.image,
    taskDefinition: reported.taskDefinition,
    verdict: check.verdict,
    problems: found.map((problem) => `${name} deploy: ${problem}`),
  }
}

/** Runs the workflow that the push triggers. */
export async function runPush(number: number, name: string, push: PushEvent, setup: RehearsalSetup): Promise<Run> {
  const { root, folder, cloud, source, baseImage, progress, watchMonitors, interrupted } = setup
  const begin = readJournal(cloud.journal).at(-1)?.seq ?? 0
  const start = performance.now()
  progress.print(`\n${name} deploy: ${push.what}`)
  const result = await runWorkflow({
    source: source.folder,
    repository: 'slipway/slipway',
    workflow: push.workflow,
    trigger: { event: 'push', ref: push.ref, actor: 'rehearsal', ...push.commit },
    ...rehearsedSettings(cloud.env, { BASE_IMAGE: baseImage, ...push.vars }, watchMonitors),
    repositories: { 'slipway/slipway': root },
    standIns: standIns(operatorKeys(cloud.env)),
    env: { ...machineEnvironment(cloud.env), ...push.env },
    temp: join(folder, `run-${number}`),
    node: join(root, 'node_modules/.bin/node'),
    runNumber: number,
    on: progress.follow(join(folder, `${name}-deploy.log`)),
    cancel: interrupted,
    cutOffMs,
  })
  const seconds = (performance.now() - start) / 1000
  const entries = readJournal(cloud.journal).filter(({ seq }) => seq > begin)
  const steps = stepsOf(result)
  return {
    name,
    conclusion: result.conclusion,
    reported: reportedBy(result),
    stages: stagesOf(steps),
    seconds,
    outputs: Object.assign({}, ...steps.map((step) => step.outputs)),
    entries,
  }
}

/** From the outputs of deploy.yml. */
function reportedBy(result: RunResult): ReportedDeploy {
  const outputs = result.jobs[0]?.outputs ?? {}
  return {
    verdict: outputs['verdict'] ?? '',
    taskDefinition: outputs['task-definition-arn'] ?? '',
    image: outputs['image'] ?? '',
  }
}

const eventProblems = (entries: readonly Entry[]) =>
  eventOf(entries) === null ? ['the simulated Datadog received no event'] : []

const stepsOf = ({ jobs }: { jobs: readonly JobResult[] }): StepResult[] =>
  jobs.flatMap((job) => [...job.steps, ...stepsOf(job)])

const operatorKeys = (env: CloudProcess['env']) => ({
  accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
})
