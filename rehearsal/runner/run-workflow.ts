import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Mask } from './commands/mask.ts'
import { githubContext } from './contexts/github-context.ts'
import { IdTokens } from './contexts/id-tokens.ts'
import { type JobResult, maskSecrets, type RunState } from './contexts/state.ts'
import type { Conclusion } from './events.ts'
import type { RunOptions } from './options.ts'
import { resolveAction } from './step/resolve-action.ts'
import { readAction, refuseMissingFiles } from './syntax/action-metadata.ts'
import { defaultPermissions } from './syntax/permissions.ts'
import { readWorkflow } from './syntax/read-workflow.ts'
import type { Workflow } from './syntax/workflow.ts'
import { WorkflowError } from './syntax/workflow-error.ts'
import { dispatchInputs } from './workflow/dispatch-inputs.ts'
import { workflowConclusion } from './workflow/job-order.ts'
import { calledWorkflow, type RepositoryFolders } from './workflow/reusable-workflow.ts'
import { runJobs } from './workflow/run-jobs.ts'

export interface RunResult {
  readonly conclusion: Conclusion
  readonly jobs: readonly JobResult[]
}

/** GitHub's cancellation timeout. */
const githubCutOffMs = 5 * 60_000

/**
 * Runs a workflow file for its trigger, as GitHub would, with one job at a time. Throws WorkflowError before any step
 * for a file that GitHub or this runner refuses.
 */
export async function runWorkflow(options: RunOptions): Promise<RunResult> {
  const workflow = await readWorkflow(join(options.source, options.workflow), options.workflow)
  if (!workflow.events.includes(options.trigger.event)) {
    throw new WorkflowError([
      `${workflow.file} does not run on ${options.trigger.event}, but on ${workflow.events.join(', ')}.`,
    ])
  }
  const inputs = dispatchInputs(workflow, options.trigger)
  const folders = { source: options.source, repositories: options.repositories }
  await checkReferences(workflow, folders, options)

  const run = startRun(options)
  maskSecrets(run.mask, options.settings.secrets)
  const running = runJobs(run, folders, {
    workflow,
    jobPath: [],
    github: githubContext(options, workflow.name),
    inputs,
    secrets: options.settings.secrets,
    vars: options.settings.vars,
    needs: {},
    permissions: defaultPermissions,
  })
  const jobs = await running.finally(() => run.idTokens.close())
  return { conclusion: workflowConclusion(jobs, run.cancelled), jobs }
}

/** Resolves all actions and workflows that the run will use, as GitHub does when it sets up a job. Throws WorkflowError. */
async function checkReferences(workflow: Workflow, folders: RepositoryFolders, options: RunOptions): Promise<void> {
  for (const job of workflow.jobs) {
    if (job.kind === 'call') {
      const called = await calledWorkflow(job, folders)
      await checkReferences(called.workflow, called.folders, options)
      continue
    }
    const uses = job.steps.flatMap((step) => (step.kind === 'uses' && !step.uses.startsWith('./') ? [step.uses] : []))
    for (const name of uses) {
      const resolved = resolveAction(name, '', options.repositories, options.standIns)
      if (resolved.kind === 'folder') refuseMissingFiles(readAction(resolved.folder, name))
    }
  }
}

function startRun(options: RunOptions): RunState {
  const cancelled = options.cancel ?? new AbortController().signal
  const cutOff = new AbortController()
  cancelled.addEventListener('abort', () => {
    setTimeout(() => cutOff.abort(), options.cutOffMs ?? githubCutOffMs).unref()
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
