import type { JobResult } from '../contexts/state.ts'
import type { Conclusion } from '../events.ts'
import type { Status } from '../expressions/evaluate.ts'
import type { Job, Workflow } from '../syntax/workflow.ts'

/** The workflow's jobs, each after those it needs. The parser has already refused circles. */
export function jobsInOrder(workflow: Workflow): Job[] {
  const ordered: Job[] = []
  const visit = (job: Job) => {
    if (ordered.includes(job)) return
    for (const need of workflow.jobs.filter(({ id }) => job.needs.includes(id))) visit(need)
    ordered.push(job)
  }
  for (const job of workflow.jobs) visit(job)
  return ordered
}

/** Status for success(), failure() and cancelled() in a job's condition. Failures of all jobs before it count. */
export function jobStatus(
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

/** Conclusion of a workflow, from those of its jobs. */
export function workflowConclusion(jobs: readonly JobResult[], cancelled: AbortSignal): Conclusion {
  const conclusions = jobs.map((job) => job.conclusion)
  if (conclusions.includes('failure')) return 'failure'
  if (cancelled.aborted || conclusions.includes('cancelled')) return 'cancelled'
  return conclusions.every((conclusion) => conclusion === 'skipped') ? 'skipped' : 'success'
}
