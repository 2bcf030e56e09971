import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { code } from '../../../../toolkit/text/markdown.ts'
import { sealApproval } from '../approval/approval.ts'
import { changesAsData, countKinds } from '../plan-json/changes.ts'
import { scrubValue } from '../plan-json/sensitive-values.ts'
import type { Planned } from '../review/promotion.ts'
import type { Review } from '../review/review.ts'
import { PLANNED_FILE } from '../state/scratch.ts'
import { type Stack, stackTitle } from '../state/stack.ts'
import { workspaceOf } from '../state/workspace.ts'
import { attributeLines } from './attribute-block.ts'
import { publishPlan } from './plan-comment.ts'
import { headline, type PlanView, planReport } from './plan-report.ts'
import { promotionNote } from './promotion-note.ts'

/** In bytes. GitHub allows more, but then the page loads slowly. */
const SUMMARY_SIZE = 256 * 1024
const LOG_LINES = 2000

/** Reports the plan: outputs, log, summary, and the comment on the pull request. */
export async function reportPlan(stack: Stack, review: Review): Promise<void> {
  setPlanOutputs(stack, review)
  logPlan(stack, review)
  const view = viewOf(stack, review, await comparePromotion(stack, review))
  stack.world.step.summary(review.scrub(planReport(view, SUMMARY_SIZE)))
  await publishPlan(stack, review, view)
}

function setPlanOutputs(
  { inputs, world: { step } }: Stack,
  { saved, hasChanges, changes, approval, scrub }: Review,
): void {
  step.output('has-changes', hasChanges)
  step.output('plan-file', saved.file)
  step.output('changes', scrubValue(changesAsData(changes), scrub))
  step.output('counts', countKinds(changes))
  if (approval === undefined || inputs.approval.key === undefined) return
  step.output('fingerprint', approval.fingerprint)
  step.output('approval', sealApproval(approval, inputs.approval.key))
}

function logPlan({ world: { log } }: Stack, { changes, outputs, scrub }: Review): void {
  const lines = [headline(changes, outputs).replaceAll('*', '')]
  for (const change of changes) {
    if (lines.length > LOG_LINES) {
      lines.push('… and more: Terraform lists every resource above.')
      break
    }
    if (change.kind === 'read') continue
    lines.push(`${change.kind} ${change.address}`, ...attributeLines(change, 200, scrub).map((line) => `    ${line}`))
  }
  log.info(scrub(lines.join('\n')))
}

/** Writes the planned file of this environment, and compares it with another one if `compare-with` is set. */
async function comparePromotion({ world, inputs, tf }: Stack, { saved, scrub }: Review): Promise<string | undefined> {
  const { environment } = inputs.rootModule
  if (environment === undefined && inputs.compareWith === undefined) return undefined
  const { comparePlanned, parsePlanned, plannedOf } = await import('../review/promotion.ts')
  const name = environment ?? workspaceOf(inputs.rootModule, world.env)
  const here = scrubValue(plannedOf(saved.plan, name), scrub) as Planned
  const file = join(tf.scratch, PLANNED_FILE)
  writeFileSync(file, JSON.stringify(here), { mode: 0o600 })
  world.step.output('planned-file', file)
  if (inputs.compareWith === undefined) return undefined
  const there = parsePlanned(readFileSync(inputs.compareWith, 'utf8'), 'The file in the input `compare-with`')
  const differences = comparePlanned(here, there)
  world.step.output('promotion-differences', differences)
  return promotionNote(differences, there.environment)
}

function viewOf(
  stack: Stack,
  { saved, changes, outputs, drift, breaches, approval, scrub }: Review,
  promotion: string | undefined,
): PlanView {
  const actions = (saved.plan.action_invocations ?? []).map(({ address }) => address)
  const stopped = breaches.map(({ address, problem }) => `- ${code(scrub(address))}: ${problem}`)
  return {
    title: stackTitle(stack),
    changes,
    outputs,
    drift,
    scrub,
    notes: [
      ...(actions.length === 0
        ? []
        : [`⚡ **Invokes actions**: ${actions.map((each) => code(scrub(each))).join(', ')}`]),
      ...(stopped.length === 0 ? [] : [`⛔ **Stopped by the guard rails**\n\n${stopped.slice(0, 50).join('\n')}`]),
      ...(promotion === undefined ? [] : [promotion]),
      ...(approval === undefined ? [] : [`Fingerprint ${code(approval.fingerprint)}`]),
    ],
  }
}
