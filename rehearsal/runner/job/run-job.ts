import { randomUUID } from 'node:crypto'
import { claimsOf } from '../contexts/id-tokens.ts'
import { type Frame, type JobResult, type JobState, maskSecrets, type RunState, scopeOf } from '../contexts/state.ts'
import type { Conclusion } from '../events.ts'
import type { Scope } from '../expressions/evaluate.ts'
import { render, renderText, renderTexts } from '../expressions/render.ts'
import { killOrphans } from '../process/orphans.ts'
import { runPostSteps } from '../step/run-post-steps.ts'
import { runSteps } from '../step/run-steps.ts'
import type { Permissions } from '../syntax/permissions.ts'
import type { StepsJob, Workflow } from '../syntax/workflow.ts'

/** What a job gets from its workflow. */
export interface WorkflowContext {
  readonly workflow: Workflow
  readonly jobPath: readonly string[]
  readonly github: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
  readonly needs: Readonly<Record<string, unknown>>
  readonly permissions: Permissions
}

/** Runs a job with steps, from its empty workspace to its outputs. */
export async function runStepsJob(run: RunState, job: StepsJob, context: WorkflowContext): Promise<JobResult> {
  const workspace = run.options.workspace ?? run.folder('workspace')
  const temp = run.folder('temp')
  const environment = environmentOf(job, context)
  const own = run.options.environments[environment]
  // Those of the environment override those of the repository.
  const [vars, secrets] = [
    { ...context.vars, ...own?.vars },
    { ...context.secrets, ...own?.secrets },
  ]
  maskSecrets(run.mask, secrets)

  const github = { ...context.github, job: job.id, workspace }
  const runner = runnerContext(temp, run.folder('tools'))
  const contexts = { vars, secrets, needs: context.needs, runner }
  const scope: Scope = { contexts: { ...contexts, github, inputs: context.inputs, env: {} }, status: 'success' }
  const state: JobState = {
    run,
    jobPath: context.jobPath,
    github,
    contexts,
    permissions: context.permissions,
    idTokenEnv:
      context.permissions['id-token'] === 'write' ? await run.idTokens.forJob(claimsOf(github, environment)) : {},
    workspace,
    trackingId: `github_${randomUUID()}`,
    stop: stopSignal(run, Number(render(job.timeoutMinutes, scope) ?? 360)),
    env: jobEnv(job, context.workflow, scope),
    path: [],
    posts: [],
    results: [],
  }
  const frame: Frame = {
    job: state,
    inputs: context.inputs,
    env: {},
    defaults: [job.defaults, context.workflow.defaults],
    action: {},
    steps: {},
    failed: false,
  }

  await runSteps(job.steps, frame)
  const postsSucceeded = await runPostSteps(state, frame)
  for (const command of killOrphans(state.trackingId)) {
    run.on({
      type: 'log',
      at: { job: context.jobPath },
      line: `Terminated the orphan process ${command}, which a step left running`,
    })
  }
  return {
    id: job.id,
    conclusion: conclude(state, frame, postsSucceeded, job),
    outputs: jobOutputs(job, frame),
    steps: state.results,
    jobs: [],
  }
}

function conclude(state: JobState, frame: Frame, postsSucceeded: boolean, job: StepsJob): Conclusion {
  if (state.stop.aborted) return 'cancelled'
  if (!frame.failed && postsSucceeded) return 'success'
  return render(job.continueOnError, scopeOf(frame)) === true ? 'success' : 'failure'
}

/** The job's outputs. Like GitHub, drops an output that contains a secret, with a warning. */
function jobOutputs(job: StepsJob, frame: Frame): Record<string, string> {
  const { mask, on } = frame.job.run
  const outputs = Object.entries(renderTexts(job.outputs, scopeOf(frame)))
  const hidden = outputs.filter(([, value]) => mask.matches(value)).map(([name]) => name)
  for (const name of hidden) {
    const message = `Skip output '${name}' since it may contain secret.`
    on({ type: 'annotation', at: { job: frame.job.jobPath }, annotation: { level: 'warning', message } })
  }
  return Object.fromEntries(outputs.filter(([name]) => !hidden.includes(name)))
}

/** Name of the job's GitHub environment. Empty: none. */
function environmentOf(job: StepsJob, { vars, inputs, github, needs }: WorkflowContext): string {
  const declared = render(job.environment, { contexts: { vars, inputs, github, needs }, status: 'success' })
  const name = typeof declared === 'object' ? (declared as { name?: string } | null)?.name : declared
  return String(name ?? '')
}

function jobEnv(job: StepsJob, workflow: Workflow, scope: Scope): Record<string, string> {
  const outer = renderTexts(workflow.env, scope)
  return { ...outer, ...renderTexts(job.env, { ...scope, contexts: { ...scope.contexts, env: outer } }) }
}

function stopSignal(run: RunState, minutes: number): AbortSignal {
  return AbortSignal.any([run.cancelled, AbortSignal.timeout(minutes * 60_000)])
}

const runnerContext = (temp: string, tools: string) => ({
  os: process.platform === 'darwin' ? 'macOS' : 'Linux',
  arch: process.arch === 'arm64' ? 'ARM64' : 'X64',
  name: 'rehearsal',
  environment: 'self-hosted',
  temp,
  tool_cache: tools,
})

/** The job's `name`, else its id. */
export function jobName(job: { readonly id: string; readonly name: StepsJob['name'] }, scope: Scope): string {
  return renderText(job.name, scope) ?? job.id
}
