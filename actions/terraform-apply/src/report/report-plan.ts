import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { code } from '../../../../toolkit/markdown.ts'
import { sealApproval } from '../approval/approval.ts'
import { changesAsData, countKinds } from '../plan-json/changes.ts'
import { scrubValue } from '../plan-json/sensitive-values.ts'
import type { Planned } from '../review/promotion.ts'
import type { Review } from '../review/review.ts'
import { workspaceOf } from '../state/backend.ts'
import { PLANNED_FILE } from '../state/scratch.ts'
import { type Run, stackTitle } from '../state/stack.ts'
import { attributeLines } from './attribute-block.ts'
import { commentPlan } from './plan-comment.ts'
import { headline, type PlanView, planReport } from './plan-report.ts'
import { promotionNote } from './promotion-note.ts'

/** A summary may be longer, but a page of more is read by nobody and slow to show. */
const SUMMARY_SIZE = 256 * 1024
const LOG_LINES = 2000

/** Shows the plan everywhere that people and later steps look: outputs, log, summary, pull request. */
export async function publish(review: Review, run: Run): Promise<void> {
  setPlanOutputs(review, run)
  logPlan(review, run)
  const view = viewOf(review, run, await comparePromotion(review, run))
  run.world.step.summary(review.scrub(planReport(view, SUMMARY_SIZE)))
  await commentPlan(view, review, run)
}

function setPlanOutputs(
  { saved, hasChanges, changes, approval, scrub }: Review,
  { inputs, world: { step } }: Run,
): void {
  step.output('has-changes', hasChanges)
  step.output('plan-file', saved.file)
  step.output('changes', scrubValue(changesAsData(changes), scrub))
  step.output('counts', countKinds(changes))
  if (approval === undefined || inputs.approval.key === undefined) return
  step.output('fingerprint', approval.fingerprint)
  step.output('approval', sealApproval(approval, inputs.approval.key))
}

function logPlan({ changes, outputs, scrub }: Review, { world: { log } }: Run): void {
  const lines = [headline(changes, outputs).replaceAll('*', '')]
  for (const change of changes) {
    if (lines.length > LOG_LINES) {
      lines.push('… and more: the list above has every resource.')
      break
    }
    if (change.kind === 'read') continue
    lines.push(`${change.kind} ${change.address}`, ...attributeLines(change, 200, scrub).map((line) => `    ${line}`))
  }
  log.info(scrub(lines.join('\n')))
}

/** Writes down what this environment is to be, and compares it with another one where that is asked for. */
async function comparePromotion({ saved, scrub }: Review, { inputs, tf, world }: Run): Promise<string | undefined> {
  const { environment } = inputs.stack
  if (environment === undefined && inputs.compareWith === undefined) return undefined
  const { comparePlanned, parsePlanned, plannedOf } = await import('../review/promotion.ts')
  const here = scrubValue(plannedOf(saved.plan, environment ?? workspaceOf(inputs.stack, world.env)), scrub) as Planned
  const file = join(tf.scratch, PLANNED_FILE)
  writeFileSync(file, JSON.stringify(here), { mode: 0o600 })
  world.step.output('planned-file', file)
  if (inputs.compareWith === undefined) return undefined
  const there = parsePlanned(readFileSync(inputs.compareWith, 'utf8'), 'The file that `compare-with` names')
  const found = comparePlanned(here, there)
  world.step.output('promotion-differences', found)
  return promotionNote(found, there.environment)
}

function viewOf(
  { saved, changes, outputs, drift, breaches, approval, scrub }: Review,
  run: Run,
  promotion: string | undefined,
): PlanView {
  const actions = (saved.plan.action_invocations ?? []).map(({ address }) => address)
  const held = breaches.map(({ address, problem }) => `- ${code(scrub(address))}: ${problem}`)
  return {
    title: stackTitle(run),
    changes,
    outputs,
    drift,
    scrub,
    notes: [
      ...(actions.length === 0
        ? []
        : [`⚡ **Invokes actions**: ${actions.map((each) => code(scrub(each))).join(', ')}`]),
      ...(held.length === 0 ? [] : [`⛔ **Held up by the guard rails**\n\n${held.slice(0, 50).join('\n')}`]),
      ...(promotion === undefined ? [] : [promotion]),
      ...(approval === undefined ? [] : [`Fingerprint ${code(approval.fingerprint)}`]),
    ],
  }
}
