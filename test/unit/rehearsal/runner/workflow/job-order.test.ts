import type { JobResult } from '../../../../../rehearsal/runner/contexts/state.ts'
import type { Conclusion } from '../../../../../rehearsal/runner/events.ts'
import { parseWorkflow } from '../../../../../rehearsal/runner/syntax/read-workflow.ts'
import type { Job } from '../../../../../rehearsal/runner/syntax/workflow.ts'
import { jobStatus, jobsInOrder, workflowConclusion } from '../../../../../rehearsal/runner/workflow/job-order.ts'

const workflowOf = (needs: Readonly<Record<string, string>>) =>
  parseWorkflow(
    `on: push\njobs:\n${Object.entries(needs)
      .map(([id, of]) => `  ${id}: { needs: [${of}], runs-on: x, steps: [{ run: x }] }\n`)
      .join('')}`,
    'w.yml',
  )

const result = (id: string, conclusion: Conclusion): JobResult => ({ id, conclusion, outputs: {}, steps: [], jobs: [] })
const never = new AbortController().signal

it('runs each job after the jobs it needs', async () => {
  const workflow = await workflowOf({ deploy: 'build, test', test: 'build', build: '', lint: '' })
  expect(jobsInOrder(workflow).map(({ id }) => id)).toEqual(['build', 'test', 'deploy', 'lint'])
})

it.each<[build: Conclusion, test: Conclusion, status: string]>([
  ['success', 'success', 'success'],
  ['failure', 'success', 'failure'],
  ['success', 'skipped', 'skipped'],
  ['failure', 'skipped', 'failure'],
  ['cancelled', 'skipped', 'cancelled'],
])('after build %s and test %s the status is %s', async (build, tested, status) => {
  const workflow = await workflowOf({ build: '', test: 'build', deploy: 'test' })
  const deploy = workflow.jobs.find(({ id }) => id === 'deploy') as Job
  const results = new Map([result('build', build), result('test', tested)].map((one) => [one.id, one]))
  expect(jobStatus(deploy, workflow, results, never)).toBe(status)
  expect(jobStatus(deploy, workflow, results, AbortSignal.abort())).toBe('cancelled')
})

it.each<[Conclusion[], boolean, Conclusion]>([
  [['success', 'skipped'], false, 'success'],
  [['skipped', 'skipped'], false, 'skipped'],
  [['success', 'failure', 'cancelled'], true, 'failure'],
  [['success', 'cancelled'], false, 'cancelled'],
  [['success'], true, 'cancelled'],
])('concludes %j (run cancelled: %s) as %s', (conclusions, cancelled, expected) => {
  const jobs = conclusions.map((conclusion, index) => result(`${index}`, conclusion))
  expect(workflowConclusion(jobs, cancelled ? AbortSignal.abort() : never)).toBe(expected)
})
