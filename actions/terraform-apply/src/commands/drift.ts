import { connect, githubError, orWarn } from '../github/github.ts'
import { makePlan } from '../operations/plan.ts'
import type { ResourceChange } from '../plan-json/changes.ts'
import { issueMarker, publishDriftIssue } from '../report/drift-issue.ts'
import { driftReport } from '../report/drift-report.ts'
import { classifyDrift, type Drift } from '../review/drift.ts'
import { review } from '../review/review.ts'
import { type Stack, stackId, stackTitle } from '../state/stack.ts'

/** Makes a plan, and reports what was changed outside Terraform apart from what is not applied yet. Changes nothing. */
export async function drift(stack: Stack): Promise<void> {
  const { log, step } = stack.world
  const { changes, drift: drifted, scrub } = review(stack, await makePlan(stack))
  const found = classifyDrift(changes, drifted)
  step.output('drift', addresses(found.outside).map(scrub))
  step.output('pending', addresses(found.pending).map(scrub))
  const markdown = driftReport(stackTitle(stack), found, scrub)
  step.summary(markdown)
  for (const { address, kind } of found.outside)
    log.warning(`${scrub(address)} was ${kind === 'delete' ? 'deleted' : 'changed'} outside Terraform.`)
  for (const { address, kind } of found.pending) log.info(`Not applied yet: ${kind} ${scrub(address)}`)
  if (found.outside.length === 0) log.info('No drift.')
  if (stack.inputs.driftIssue) await updateDriftIssue(stack, found, markdown)
}

const addresses = (changes: readonly ResourceChange[]) => changes.map(({ address }) => address)

/** The issue is open while there are changes outside Terraform. It shows pending changes too, but these do not keep it open. */
async function updateDriftIssue(stack: Stack, { outside }: Drift, markdown: string): Promise<void> {
  const { world, inputs } = stack
  const body = `${issueMarker(stackId(stack))}\n${markdown}`
  await orWarn(world, async () => {
    const issue = {
      id: stackId(stack),
      title: `Terraform drift: ${stackTitle(stack)}`,
      body: outside.length === 0 ? undefined : body,
    }
    await publishDriftIssue(await connect(inputs.github.token, world.env), issue).catch((error) => {
      throw githubError(error, 'update the drift issue', 'issues: write')
    })
  })
}
