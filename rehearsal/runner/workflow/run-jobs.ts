import type { JobResult, RunState } from '../contexts/state.ts'
import { holds, type Scope, type Status } from '../expressions/evaluate.ts'
import { render } from '../expressions/render.ts'
import { jobName, runStepsJob, type WorkflowContext } from '../job/run-job.ts'
import { type Permissions, permissionsOf, refuseExcessPermissions } from '../syntax/permissions.ts'
import type { Job } from '../syntax/workflow.ts'
import { jobStatus, jobsInOrder, workflowConclusion } from './job-order.ts'
import { calledWorkflow, callInputs, callOutputs, callSecrets, type RepositoryFolders } from './reusable-workflow.ts'

/** Runs the jobs of a workflow, one at a time, each after the jobs it needs. */
export async function runJobs(
  run: RunState,
  folders: RepositoryFolders,
  context: WorkflowContext,
): Promise<JobResult[]> {
  const results = new Map<string, JobResult>()
  for (const job of jobsInOrder(context.workflow)) {
    const needs = Object.fromEntries(
      job.needs.map((id) => [id, { result: results.get(id)?.conclusion, outputs: results.get(id)?.outputs }]),
    )
    const status = jobStatus(job, context.workflow, results, run.cancelled)
    const jobPath = [...context.jobPath, job.id]
    results.set(job.id, await runJob(run, folders, job, status, { ...context, needs, jobPath }))
  }
  return [...results.values()]
}

async function runJob(
  run: RunState,
  folders: RepositoryFolders,
  job: Job,
  status: Status,
  context: WorkflowContext,
): Promise<JobResult> {
  const { github, inputs, vars, needs, jobPath } = context
  const scope: Scope = { contexts: { github, inputs, vars, needs, secrets: context.secrets }, status }
  const at = { job: jobPath }
  const name = jobName(job, scope)
  run.on({ type: 'job-started', at, name })
  const permissions = ownPermissions(job, context, scope)
  const result = holds(job.condition, scope)
    ? job.kind === 'call'
      ? await runCall(run, folders, job, scope, { ...context, permissions })
      : await runStepsJob(run, job, { ...context, permissions })
    : notRun(job, status)
  run.on({ type: 'job-finished', at, name, conclusion: result.conclusion })
  return result
}

async function runCall(
  run: RunState,
  folders: RepositoryFolders,
  job: Extract<Job, { kind: 'call' }>,
  scope: Scope,
  context: WorkflowContext,
): Promise<JobResult> {
  const called = await calledWorkflow(job, folders)
  const jobs = await runJobs(run, called.folders, {
    ...context,
    workflow: called.workflow,
    inputs: callInputs(job, called.workflow, scope),
    secrets: callSecrets(job, called.workflow, scope, context.secrets),
    needs: {},
  })
  const byId = Object.fromEntries(jobs.map(({ id, conclusion, outputs }) => [id, { result: conclusion, outputs }]))
  const outputs = callOutputs(called.workflow, byId, scope)
  return { id: job.id, conclusion: workflowConclusion(jobs, run.cancelled), outputs, steps: [], jobs }
}

/** The job's permissions, else its workflow's. In a called workflow they must stay within the caller's. */
function ownPermissions(job: Job, context: WorkflowContext, scope: Scope): Permissions {
  const inherited = context.permissions
  const permissions = permissionsOf(render(job.permissions ?? context.workflow.permissions, scope), inherited)
  if (context.jobPath.length > 1) refuseExcessPermissions(permissions, inherited, context.jobPath.join('/'))
  return permissions
}

const notRun = (job: Job, status: Status): JobResult => ({
  id: job.id,
  conclusion: status === 'cancelled' ? 'cancelled' : 'skipped',
  outputs: {},
  steps: [],
  jobs: [],
})
