// One deploy: a push to the service's repository, its workflow run as GitHub would, and what the journal says.
import { join } from 'node:path'
import type { JobResult, StepResult } from '../../runner/contexts/state.ts'
import type { RunResult } from '../../runner/run-workflow.ts'
import { runWorkflow } from '../../runner/run-workflow.ts'
import { standIns } from '../../stand-ins/index.ts'
import { type Claim, eventOf, type Judgement, judge } from '../checks/deploy-outcome.ts'
import { judgeMark, markOf } from '../checks/healthy-tag.ts'
import { type Entry, readJournal } from '../checks/journal.ts'
import type { Screen } from '../report/progress.ts'
import { type Stage, stagesOf } from '../report/stages.ts'
import type { CloudProcess } from '../setup/cloud-process.ts'
import { rehearsedSettings } from '../setup/github-settings.ts'
import { machineEnvironment } from '../setup/machine-environment.ts'
import type { Source } from '../setup/source-repository.ts'
import type { Push } from './push-events.ts'

/** What all deploys of a rehearsal share. */
export interface Stagehands {
  readonly root: string
  /** Where this rehearsal keeps its files. */
  readonly folder: string
  readonly cloud: CloudProcess
  readonly source: Source
  readonly baseImage: string
  readonly screen: Screen
  /** Whether Datadog's monitors are watched after each deploy. */
  readonly watched: boolean
  readonly interrupted: AbortSignal
}

/** One run of a workflow, as it went. */
export interface Run {
  readonly name: string
  readonly conclusion: RunResult['conclusion']
  /** What the workflow says of itself. */
  readonly claim: Claim
  readonly stages: readonly Stage[]
  readonly seconds: number
  readonly outputs: Readonly<Record<string, string>>
  /** What the journal has of it. */
  readonly entries: readonly Entry[]
}

export interface Deployed extends Run, Judgement {
  readonly image: string
  readonly taskDefinition: string
}

/** A rehearsal that was interrupted does not wait for GitHub's 5 minutes. */
const cutOffMs = 20_000

/** A deploy that is to go well, and whether it did. */
export async function deploy(number: number, name: string, push: Push, hands: Stagehands): Promise<Deployed> {
  const run = await runFor(number, name, push, hands)
  const { claim, conclusion, entries } = run
  const judgement = judge(entries, claim)
  const mark = markOf(push.environment, push.commit.sha)
  const red = conclusion === 'success' ? judgeMark(entries, mark) : [`the workflow ended as ${conclusion}`]
  // A workflow that failed before it rolled anything out has said enough.
  const found =
    red.length > 0 && claim.taskDefinition === '' ? red : [...red, ...judgement.problems, ...eventProblems(entries)]
  return {
    ...run,
    image: claim.image,
    taskDefinition: claim.taskDefinition,
    verdict: judgement.verdict,
    problems: found.map((problem) => `${name} deploy: ${problem}`),
  }
}

/** Runs the workflow that the push sets off. */
export async function runFor(number: number, name: string, push: Push, hands: Stagehands): Promise<Run> {
  const { root, folder, cloud, source, baseImage, screen, watched, interrupted } = hands
  const begin = readJournal(cloud.journal).at(-1)?.seq ?? 0
  const start = performance.now()
  screen.say(`\nThe ${name} deploy, ${push.what}`)
  const result = await runWorkflow({
    source: source.folder,
    repository: 'slipway/slipway',
    workflow: push.workflow,
    trigger: { event: 'push', ref: push.ref, actor: 'rehearsal', ...push.commit },
    ...rehearsedSettings(cloud.env, { BASE_IMAGE: baseImage, ...push.vars }, watched),
    repositories: { 'slipway/slipway': root },
    standIns: standIns(operatorKeys(cloud.env)),
    env: { ...machineEnvironment(cloud.env), ...push.env },
    temp: join(folder, `run-${number}`),
    node: join(root, 'node_modules/.bin/node'),
    runNumber: number,
    on: screen.follow(join(folder, `${name}-deploy.log`)),
    cancel: interrupted,
    cutOffMs,
  })
  const seconds = (performance.now() - start) / 1000
  const entries = readJournal(cloud.journal).filter(({ seq }) => seq > begin)
  const steps = stepsOf(result)
  return {
    name,
    conclusion: result.conclusion,
    claim: claimOf(result),
    stages: stagesOf(steps),
    seconds,
    outputs: Object.assign({}, ...steps.map((step) => step.outputs)),
    entries,
  }
}

/** What the workflow says of itself, through the outputs of deploy.yml. */
function claimOf(result: RunResult): Claim {
  const outputs = result.jobs[0]?.outputs ?? {}
  return {
    verdict: outputs['verdict'] ?? '',
    taskDefinition: outputs['task-definition-arn'] ?? '',
    image: outputs['image'] ?? '',
  }
}

const eventProblems = (entries: readonly Entry[]) => (eventOf(entries) === null ? ['Datadog got no event'] : [])

const stepsOf = ({ jobs }: { jobs: readonly JobResult[] }): StepResult[] =>
  jobs.flatMap((job) => [...job.steps, ...stepsOf(job)])

const operatorKeys = (env: CloudProcess['env']) => ({
  accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
})
