// Runs a workflow file as GitHub would for what set it off: its jobs in the order of their needs, one at a time.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Mask } from './commands/mask.ts'
import { githubContext } from './contexts/github-context.ts'
import { IdTokens } from './contexts/id-tokens.ts'
import { type JobResult, maskSecrets, type Session } from './contexts/state.ts'
import type { Conclusion } from './events.ts'
import { holds, type Scope, type Status } from './expressions/evaluate.ts'
import { render } from './expressions/render.ts'
import { jobName, runStepsJob, type Surroundings } from './job/run-job.ts'
import type { RunOptions } from './options.ts'
import { readAction, refuseIncomplete } from './syntax/action-metadata.ts'
import { resolveUses } from './syntax/action-reference.ts'
import { defaultPermissions, type Permissions, permissionsOf, refuseExcess } from './syntax/permissions.ts'
import { type Job, readWorkflow, type Workflow, WorkflowError } from './syntax/workflow.ts'
import { dispatchInputs } from './workflow/dispatch-inputs.ts'
import { calledWorkflow, callInputs, callOutputs, callSecrets, type Library } from './workflow/reusable-workflow.ts'

export interface RunResult {
  readonly conclusion: Conclusion
  readonly jobs: readonly JobResult[]
}

const githubsCutOffMs = 5 * 60_000

/** Runs the workflow. Throws WorkflowError, before any step, for files that GitHub or this runner would refuse. */
export async function runWorkflow(options: RunOptions): Promise<RunResult> {
  const workflow = await readWorkflow(join(options.source, options.workflow), options.workflow)
  if (!workflow.events.includes(options.trigger.event)) {
    throw new WorkflowError([
      `${workflow.file} does not run on ${options.trigger.event}, but on ${workflow.events.join(', ')}.`,
    ])
  }
  const inputs = dispatchInputs(workflow, options.trigger)
  const library = { source: options.source, repositories: options.repositories }
  await refuseUnknown(workflow, library, options)

  const session = startSession(options)
  maskSecrets(session.mask, options.settings.secrets)
  const run = runJobs(session, library, {
    workflow,
    place: [],
    github: githubContext(options, workflow.name),
    inputs,
    secrets: options.settings.secrets,
    vars: options.settings.vars,
    needs: {},
    permissions: defaultPermissions,
  })
  const jobs = await run.finally(() => session.idTokens.close())
  return { conclusion: together(jobs, session.cancelled), jobs }
}

/** Looks up everything that the workflow and those it calls will use, as GitHub does when it sets up a job. */
async function refuseUnknown(workflow: Workflow, library: Library, options: RunOptions): Promise<void> {
  for (const job of workflow.jobs) {
    if (job.kind === 'call') {
      const called = await calledWorkflow(job, library)
      await refuseUnknown(called.workflow, called.library, options)
      continue
    }
    const uses = job.steps.flatMap((step) => (step.kind === 'uses' && !step.uses.startsWith('./') ? [step.uses] : []))
    for (const name of uses) {
      const used = resolveUses(name, '', options.repositories, options.standIns)
      if (used.kind === 'folder') refuseIncomplete(readAction(used.folder, name))
    }
  }
}

function startSession(options: RunOptions): Session {
  const cancelled = options.cancel ?? new AbortController().signal
  const cutOff = new AbortController()
  cancelled.addEventListener('abort', () => {
    setTimeout(() => cutOff.abort(), options.cutOffMs ?? githubsCutOffMs).unref()
  })
  let folders = 0
  const folder = (name: string) => {
    const path = join(options.temp, String(++folders), name)
    mkdirSync(path, { recursive: true })
    return path
  }
  return {
    options,
    mask: new Mask(),
    idTokens: new IdTokens(),
    on: options.on,
    cancelled,
    cutOff: cutOff.signal,
    folder,
  }
}

async function runJobs(session: Session, library: Library, around: Surroundings): Promise<JobResult[]> {
  const results = new Map<string, JobResult>()
  for (const job of inOrder(around.workflow)) {
    const needs = Object.fromEntries(
      job.needs.map((id) => [id, { result: results.get(id)?.conclusion, outputs: results.get(id)?.outputs }]),
    )
    const status = statusFor(job, around.workflow, results, session.cancelled)
    const place = [...around.place, job.id]
    results.set(job.id, await runJob(session, library, job, status, { ...around, needs, place }))
  }
  return [...results.values()]
}

async function runJob(
  session: Session,
  library: Library,
  job: Job,
  status: Status,
  around: Surroundings,
): Promise<JobResult> {
  const { github, inputs, vars, needs, place } = around
  const scope: Scope = { contexts: { github, inputs, vars, needs, secrets: around.secrets }, status }
  const at = { job: place }
  const name = jobName(job, scope)
  session.on({ type: 'job-started', at, name })
  const permissions = ownPermissions(job, around, scope)
  const result = holds(job.condition, scope)
    ? job.kind === 'call'
      ? await runCall(session, library, job, scope, { ...around, permissions })
      : await runStepsJob(session, job, { ...around, permissions })
    : notRun(job, status)
  session.on({ type: 'job-finished', at, name, conclusion: result.conclusion })
  return result
}

async function runCall(
  session: Session,
  library: Library,
  job: Extract<Job, { kind: 'call' }>,
  scope: Scope,
  around: Surroundings,
): Promise<JobResult> {
  const called = await calledWorkflow(job, library)
  const jobs = await runJobs(session, called.library, {
    ...around,
    workflow: called.workflow,
    inputs: callInputs(job, called.workflow, scope),
    secrets: callSecrets(job, called.workflow, scope, around.secrets),
    needs: {},
  })
  const byId = Object.fromEntries(jobs.map(({ id, conclusion, outputs }) => [id, { result: conclusion, outputs }]))
  const outputs = callOutputs(called.workflow, byId, scope)
  return { id: job.id, conclusion: together(jobs, session.cancelled), outputs, steps: [], jobs }
}

/** The job's permissions, else its workflow's. In a called workflow they must stay within the caller's. */
function ownPermissions(job: Job, around: Surroundings, scope: Scope): Permissions {
  const inherited = around.permissions
  const permissions = permissionsOf(render(job.permissions ?? around.workflow.permissions, scope), inherited)
  if (around.place.length > 1) refuseExcess(permissions, inherited, around.place.join('/'))
  return permissions
}

/** The workflow's jobs, each after those it needs. The parser has already refused circles. */
function inOrder(workflow: Workflow): Job[] {
  const ordered: Job[] = []
  const visit = (job: Job) => {
    if (ordered.includes(job)) return
    for (const need of workflow.jobs.filter(({ id }) => job.needs.includes(id))) visit(need)
    ordered.push(job)
  }
  for (const job of workflow.jobs) visit(job)
  return ordered
}

/** What success(), failure() and cancelled() say in a job's condition: failures count from all jobs before it. */
function statusFor(
  job: Job,
  workflow: Workflow,
  results: ReadonlyMap<string, JobResult>,
  cancelled: AbortSignal,
): Status {
  const before = new Set<string>()
  const visit = (ids: readonly string[]) => {
    for (const id of ids.filter((id) => !before.has(id))) {
      before.add(id)
      visit(workflow.jobs.find((other) => other.id === id)?.needs ?? [])
    }
  }
  visit(job.needs)
  const conclusions = [...before].map((id) => results.get(id)?.conclusion)
  if (cancelled.aborted || conclusions.includes('cancelled')) return 'cancelled'
  if (conclusions.includes('failure')) return 'failure'
  return job.needs.every((id) => results.get(id)?.conclusion === 'success') ? 'success' : 'skipped'
}

const notRun = (job: Job, status: Status): JobResult => ({
  id: job.id,
  conclusion: status === 'cancelled' ? 'cancelled' : 'skipped',
  outputs: {},
  steps: [],
  jobs: [],
})

function together(jobs: readonly JobResult[], cancelled: AbortSignal): Conclusion {
  const conclusions = jobs.map((job) => job.conclusion)
  if (conclusions.includes('failure')) return 'failure'
  if (cancelled.aborted || conclusions.includes('cancelled')) return 'cancelled'
  return conclusions.every((conclusion) => conclusion === 'skipped') ? 'skipped' : 'success'
}
