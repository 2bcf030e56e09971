// Runs one job of steps, from its empty workspace to its outputs.
import { randomUUID } from 'node:crypto'
import { claimsOf } from '../contexts/id-tokens.ts'
import { type Frame, type JobResult, type JobState, maskSecrets, type Session, scopeOf } from '../contexts/state.ts'
import type { Conclusion } from '../events.ts'
import type { Scope } from '../expressions/evaluate.ts'
import { render, renderText, renderTexts } from '../expressions/render.ts'
import { endOrphans } from '../process/orphans.ts'
import { runPosts } from '../step/run-post-steps.ts'
import { runSteps } from '../step/run-steps.ts'
import type { Permissions } from '../syntax/permissions.ts'
import type { StepsJob, Workflow } from '../syntax/workflow.ts'

/** What a job of steps gets from the workflow around it. */
export interface Surroundings {
  readonly workflow: Workflow
  readonly place: readonly string[]
  readonly github: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
  readonly vars: Readonly<Record<string, string>>
  readonly needs: Readonly<Record<string, unknown>>
  readonly permissions: Permissions
}

export async function runStepsJob(session: Session, job: StepsJob, around: Surroundings): Promise<JobResult> {
  const workspace = session.options.workspace ?? session.folder('workspace')
  const temp = session.folder('temp')
  const environment = environmentOf(job, around)
  const own = session.options.environments[environment]
  // On top of the repository's.
  const [vars, secrets] = [
    { ...around.vars, ...own?.vars },
    { ...around.secrets, ...own?.secrets },
  ]
  maskSecrets(session.mask, secrets)

  const github = { ...around.github, job: job.id, workspace }
  const runner = runnerContext(temp, session.folder('tools'))
  const contexts = { vars, secrets, needs: around.needs, runner }
  const scope: Scope = { contexts: { ...contexts, github, inputs: around.inputs, env: {} }, status: 'success' }
  const state: JobState = {
    session,
    place: around.place,
    github,
    contexts,
    permissions: around.permissions,
    idTokenEnv:
      around.permissions['id-token'] === 'write' ? await session.idTokens.forJob(claimsOf(github, environment)) : {},
    workspace,
    trackingId: `github_${randomUUID()}`,
    stop: stopSignal(session, Number(render(job.timeoutMinutes, scope) ?? 360)),
    env: jobEnv(job, around.workflow, scope),
    path: [],
    posts: [],
    results: [],
  }
  const frame: Frame = {
    job: state,
    inputs: around.inputs,
    env: {},
    defaults: [job.defaults, around.workflow.defaults],
    action: {},
    steps: {},
    failed: false,
  }

  await runSteps(job.steps, frame)
  const postsWentWell = await runPosts(state, frame)
  for (const command of endOrphans(state.trackingId)) {
    session.on({
      type: 'log',
      at: { job: around.place },
      line: `Ended the process that a step left behind: ${command}`,
    })
  }
  return {
    id: job.id,
    conclusion: conclude(state, frame, postsWentWell, job),
    outputs: jobOutputs(job, frame),
    steps: state.results,
    jobs: [],
  }
}

function conclude(state: JobState, frame: Frame, postsWentWell: boolean, job: StepsJob): Conclusion {
  if (state.stop.aborted) return 'cancelled'
  if (!frame.failed && postsWentWell) return 'success'
  return render(job.continueOnError, scopeOf(frame)) === true ? 'success' : 'failure'
}

/** GitHub drops an output in which it sees a secret, and says so. */
function jobOutputs(job: StepsJob, frame: Frame): Record<string, string> {
  const { mask, on } = frame.job.session
  const outputs = Object.entries(renderTexts(job.outputs, scopeOf(frame)))
  const hidden = outputs.filter(([, value]) => mask.hides(value)).map(([name]) => name)
  for (const name of hidden) {
    const message = `Skip output '${name}' since it may contain secret.`
    on({ type: 'annotation', at: { job: frame.job.place }, annotation: { level: 'warning', message } })
  }
  return Object.fromEntries(outputs.filter(([name]) => !hidden.includes(name)))
}

/** The name of the GitHub environment that the job is in; '' where it is in none. */
function environmentOf(job: StepsJob, { vars, inputs, github, needs }: Surroundings): string {
  const declared = render(job.environment, { contexts: { vars, inputs, github, needs }, status: 'success' })
  const name = typeof declared === 'object' ? (declared as { name?: string } | null)?.name : declared
  return String(name ?? '')
}

function jobEnv(job: StepsJob, workflow: Workflow, scope: Scope): Record<string, string> {
  const outer = renderTexts(workflow.env, scope)
  return { ...outer, ...renderTexts(job.env, { ...scope, contexts: { ...scope.contexts, env: outer } }) }
}

function stopSignal(session: Session, minutes: number): AbortSignal {
  return AbortSignal.any([session.cancelled, AbortSignal.timeout(minutes * 60_000)])
}

const runnerContext = (temp: string, tools: string) => ({
  os: process.platform === 'darwin' ? 'macOS' : 'Linux',
  arch: process.arch === 'arm64' ? 'ARM64' : 'X64',
  name: 'rehearsal',
  environment: 'self-hosted',
  temp,
  tool_cache: tools,
})

/** The job's name as people read it. */
export function jobName(job: { readonly id: string; readonly name: StepsJob['name'] }, scope: Scope): string {
  return renderText(job.name, scope) ?? job.id
}
